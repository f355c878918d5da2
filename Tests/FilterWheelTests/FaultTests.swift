import Devices
import FilterWheels
import Testing
import Transports

/// Answers that are wrong, cut off or missing are errors, and never a position.
struct FaultTests {
    @Test(arguments: TestMake.allCases, [WheelFault.garbage, .short, .silence, .stall])
    func oneBadAnswerIsAnErrorAndNoMore(make: TestMake, fault: WheelFault) throws {
        // Seconds that a Finger Lakes wheel may take to answer, which one of them shows.
        guard make != .oldFingerLakes || fault != .silence else { return }
        let bench = try make.bench()
        try bench.move(to: 2)
        bench.forget()
        bench.model.fail(fault)
        // An EFW is asked again by itself when its answer is not one to the question.
        if make == .zwo, fault != .stall {
            #expect(try bench.wheel.position == 2)
        } else {
            #expect(throws: (any Error).self) { try bench.wheel.position }
        }
        #expect(try bench.wheel.position == 2)
        try bench.move(to: 3)
        #expect(try bench.wheel.position == 3)
    }

    @Test func whatIsWrongIsToldWithItsBytes() throws {
        let bench = try TestMake.starlightXpress.bench()
        bench.forget()
        bench.model.fail(.garbage)
        let error = #expect(throws: (any Error).self) { try bench.wheel.position }
        let text = "\(try #require(error))"
        #expect(text.contains("1278:0920") && text.contains("answered fe f8"))
    }

    @Test func whatHasBeenLeftOverIsNoAnswer() throws {
        let bench = try TestMake.starlightXpress.bench()
        try bench.move(to: 2)
        // Another program has asked while the wheel stood at its third filter, and has not fetched the answer.
        _ = bench.model.control(ControlRequest(type: 0x21, request: 9, value: 0x0200, index: 0), [0, 0])
        try bench.move(to: 4)
        #expect(try bench.wheel.position == 4)
    }
}
