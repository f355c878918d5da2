import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import FilterWheels

struct ElliptecTests {
    /// Thorlabs's protocol manual, and the traffic of an ELL9 in python-microscope's issue 252.
    @Test(arguments: [
        ("0in", "0IN091090012320191701005D00000000\r\n"), ("0gs", "0GS00\r\n"), ("0ho0", "0PO00000000\r\n"),
        ("0ma00000020", "0PO0000001F\r\n"), ("0ma0000001F", "0PO0000001F\r\n"), ("0ma0000003E", "0PO0000003E\r\n"),
        ("0ma0000005D", "0PO0000005D\r\n"), ("0ma00000060", "0PO0000005D\r\n"), ("0ma000000FF", "0GS04\r\n"),
        ("0maFFFFFFE1", "0GS04\r\n"), ("0gp", "0PO00000000\r\n"), ("0in\r", "0IN091090012320191701005D00000000\r\n"),
        ("0ma000000FF0gs0gs", "0GS04\r\n0GS04\r\n0GS00\r\n"), ("0gj", "0GJ0000001F\r\n"),
        ("0fw", "0PO0000001F\r\n"), ("0bw", "0PO00000000\r\n"), ("0mr0000001F", "0PO0000001F\r\n"),
        ("0sv320gv", "0GS00\r\n0GV32\r\n"), ("0sv65", "0GS04\r\n"), ("0st", "0GS00\r\n"),
        ("0i1", "0I1110000FFFFFFFF00A70093\r\n"), ("0i3", "0GS03\r\n"), ("0xx", "0GS03\r\n"),
        ("0go", "0HO00000000\r\n"), ("0ca33in", "3GS00\r\n3IN091090012320191701005D00000000\r\n"),
        ("0ma0000001F0in", "0GS09\r\n0PO0000001F\r\n"),
    ])
    func simulationAnswersAsTheSliderDoes(message: String, answer: String) throws {
        #expect(try elliptec().answer(message, answer.utf8.count) == answer)
    }

    /// Each model is moved by its own steps: the travel divided by the gaps between its positions.
    @Test(arguments: [
        (6, 1, "0ma0000001F"), (9, 3, "0ma0000005D"), (9, 1, "0ma0000001F"), (12, 1, "0ma00000013"),
        (12, 5, "0ma0000005F"),
    ])
    func everyModelIsMovedByItsOwnSteps(type: Int, position: Int, order: String) throws {
        let setup = try elliptec(type: type)
        let slider = try setup.open()
        try slider.go(to: position)
        #expect(setup.port.transcript.contains(order))
        #expect(try slider.position == position)
        #expect(setup.port.instrument.slot == position)
    }

    @Test func aSixPositionSliderWithTheTravelOfAnotherIsRefused() throws {
        let error = try #require(throws: DeviceError.self) { try elliptec(type: 12) { $0.travel = 93 }.open() }
        #expect("\(error)".contains("an ELL12 with a travel of 93 cannot have 6 positions"), "\(error)")
    }

    /// States that a handset or another program may have left.
    @Test(arguments: ["half a message", "old error", "slow", "between", "busy", "past a multiple of 32"])
    func opensInAnyState(_ state: String) throws {
        let setup = try elliptec { slider in
            switch state {
            case "half a message": _ = slider.receive(Array("0ma0000".utf8), at: .now)
            case "old error": slider.status = 0x0A
            case "slow": slider.velocity = 50
            case "between": slider.place = 45
            case "busy": _ = slider.receive(Array("0fw".utf8), at: .now)
            default: slider.place = 64
            }
        }
        let slider = try setup.open()
        #expect(slider.positionCount == 4)
        if state == "past a multiple of 32" { #expect(try slider.position == 2) }
        for position in [3, 0, 2] {
            try slider.go(to: position)
            #expect(try slider.position == position)
        }
    }

    @Test func anIsolatedSliderSaysSo() throws {
        let error = try #require(throws: DeviceError.self) { try elliptec { $0.isIsolated = true }.open() }
        #expect("\(error)".contains("isolated"), "\(error)")
    }

    @Test func movesByTheHandsetAreNotMistakenForAnswers() throws {
        let setup = try elliptec()
        let slider = try setup.open()
        setup.port.spoil { $0.noise = Array("0BS00\r\n0BO0000001F\r\n".utf8) }
        try slider.go(to: 2)
        #expect(try slider.position == 2)
    }

    @Test func homesWithItsFirstMoveAndNotBefore() throws {
        let setup = try elliptec { $0.place = 62 }
        let slider = try setup.open()
        try slider.enable()
        #expect(try slider.position == 2)
        #expect(!setup.port.transcript.contains("ho"))
        setup.port.forgetTranscript()
        try slider.go(to: 3)
        #expect(setup.port.transcript == "0gp0ho00ma0000005D0gp")
        setup.port.forgetTranscript()
        try slider.go(to: 1)
        #expect(setup.port.transcript == "0gp0ma0000001F0gp")
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
        #expect(try slider.position == -1)
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
