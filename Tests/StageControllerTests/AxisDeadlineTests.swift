import Devices
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

/// An axis whose controller reports for ever that it moves.
private struct EndlessAxis: AxisCommands {
    let speedInUnits: Double?
    var shortestLimit: Duration { .milliseconds(20) }
    var tolerance: Double { 1 }

    func position(_: LineProtocol) -> Double { 5 }
    func isMoving(_: LineProtocol) -> Bool { true }
    func startMove(to _: Double, _: LineProtocol) {}
    func limits(_: LineProtocol) -> AxisLimits? { AxisLimits(lower: 0, upper: 10) }
    func speed(_: LineProtocol) -> Double? { speedInUnits }
}

struct AxisDeadlineTests {
    private func axis(_ commands: EndlessAxis) throws -> SerialAxis {
        let setup = try DrivenInstrument<SimulatedASI, SerialAxis>(SimulatedASI(), ASI.port) { connector in
            SerialAxis("X", commands, on: try connector.line(ASI.format.fast) { _, _ in "" })
        }
        return try setup.open()
    }

    @Test func aMoveWithoutEndIsGivenUp() throws {
        let axis = try axis(EndlessAxis(speedInUnits: 1_000_000))
        let error = try #require(throws: DeviceError.self) { try axis.move(to: 7).wait() }
        #expect(
            "\(error)".contains("is still moving 0.02 seconds after the start of its move to 7.0; it is at 5.0"),
            "\(error)"
        )
        #expect(try axis.isMoving, "as the controller says")
    }

    /// Three times the way from end to end.
    @Test func aSlowAxisGetsTheTimeThatItNeeds() throws {
        let axis = try axis(EndlessAxis(speedInUnits: 1))
        let completion = try axis.move(to: 7)
        let end = ContinuousClock.now + .milliseconds(60)
        while ContinuousClock.now < end { #expect(try completion.poll() == nil) }
    }
}
