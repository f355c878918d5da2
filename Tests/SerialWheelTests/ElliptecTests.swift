import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import FilterWheels

struct ElliptecTests {
    /// The dialogue in Thorlabs's protocol manual.
    @Test(arguments: [
        ("0in", "0IN091090012320191701001F00000000\r\n"), ("0gs", "0GS00\r\n"), ("0ho0", "0PO00000000\r\n"),
        ("0ho00ma00000020", "0PO00000000\r\n0PO0000001F\r\n"), ("0ma000000FF", "0GS04\r\n"),
        ("0gp", "0PO00000000\r\n"), ("0in\r", "0IN091090012320191701001F00000000\r\n"),
        ("0ma000000FF0gs0gs", "0GS04\r\n0GS04\r\n0GS00\r\n"), ("0gj", "0GJ0000001F\r\n"),
    ])
    func simulationAnswersAsTheSliderDoes(message: String, answer: String) throws {
        #expect(try elliptec().answer(message, answer.utf8.count) == answer)
    }

    @Test func homesWithItsFirstMoveAndNotBefore() throws {
        let setup = try elliptec { $0.place = 62 }
        let slider = try setup.open()
        try slider.enable()
        #expect(try slider.position == 2)
        #expect(!setup.port.transcript.contains("ho"))
        setup.port.forgetTranscript()
        try slider.go(to: 3)
        #expect(setup.port.transcript == "0gp0ho00ma000000600gp")
        setup.port.forgetTranscript()
        try slider.go(to: 1)
        #expect(setup.port.transcript == "0gp0ma000000200gp")
        #expect(setup.port.instrument.place == 31)
    }

    @Test func homesAgainAfterThePortWasLost() throws {
        let setup = try elliptec()
        let slider = try setup.open()
        try slider.go(to: 1)
        setup.port.unplug()
        setup.port.update { ($0.isHomed, $0.place) = (false, 0) }
        try setup.port.plugIn()
        try slider.go(to: 2)
        #expect(setup.port.instrument.place == 62)
    }

    @Test func betweenItsPositionsItIsAtNone() throws {
        let setup = try elliptec { $0.place = 15 }
        let slider = try setup.open()
        let error = try #require(throws: DeviceError.self) { try slider.position }
        #expect("\(error)".contains("between positions, at 15"))
        try slider.go(to: 0)
        #expect(try slider.position == 0)
    }

    @Test func aSliderThatIsStuckSaysWhereItIs() throws {
        let setup = try elliptec()
        let slider = try setup.open()
        try slider.go(to: 3)
        setup.port.update { $0.isJammed = true }
        let error = try #require(throws: DeviceError.self) { try slider.go(to: 0) }
        #expect("\(error)".contains("mechanical time-out; it is at position 3"), "\(error)")
        #expect(try slider.setting("status").get() == "mechanical time-out")
        setup.port.update { $0.isJammed = false }
        try slider.go(to: 0)
    }

    @Test func sayingThatItIsBusyIsNoEnd() throws {
        let setup = try elliptec { $0.tellsBusy = true }
        let slider = try setup.open()
        try slider.go(to: 2) { () throws in #expect(try slider.position == 0) }
        #expect(try slider.position == 2)
    }

    @Test func tellsWhatItIs() throws {
        let slider = try elliptec(type: 12).open()
        #expect(slider.positionCount == 6)
        #expect(try slider.setting("model").get() == "ELL12")
        #expect(try slider.setting("serial number").get() == "10900123")
        #expect(try slider.setting("firmware").get() == "17")
    }

    @Test func whatIsNoSliderIsRefused() throws {
        let error = try #require(throws: DeviceError.self) { try elliptec(type: 14).open() }
        #expect("\(error)".contains("type 14 is not a slider ELL6, ELL9 or ELL12"))
    }

    @Test func anotherSliderOnTheBusIsNotMeant() throws {
        let setup = try elliptec(address: 3)
        let slider = try setup.open()
        setup.port.spoil { $0.noise = Array("0PO0000001F\r\n".utf8) }
        #expect(try slider.position == 0)
    }
}
