import Devices
import FilterWheels
import Platform
import Testing
import Transports

/// Answers that are wrong, cut off or missing are errors, and never a position.
struct FaultTests {
    @Test(arguments: TestMake.allCases, [WheelFault.garbage, .short, .silence, .stall])
    func oneBadAnswerIsAnErrorAndNoMore(make: TestMake, fault: WheelFault) throws {
        // Seconds that a Finger Lakes wheel may take to answer, which one of them shows.
        guard make != .oldFingerLakes || fault != .silence else { return }
        let plugged = try make.plugged()
        try plugged.move(to: 2)
        plugged.forget()
        plugged.model.fail(fault)
        // An EFW is asked again by itself when its answer is not one to the question.
        if make == .zwo, fault != .stall {
            #expect(try plugged.wheel.position == 2)
        } else {
            #expect(throws: (any Error).self) { try plugged.wheel.position }
        }
        #expect(try plugged.wheel.position == 2)
        try plugged.move(to: 3)
        #expect(try plugged.wheel.position == 3)
    }

    @Test func whatIsWrongIsToldWithItsBytes() throws {
        let plugged = try TestMake.starlightXpress.plugged()
        plugged.forget()
        plugged.model.fail(.garbage)
        let error = #expect(throws: (any Error).self) { try plugged.wheel.position }
        let text = "\(try #require(error))"
        #expect(text.contains("1278:0920") && text.contains("answered fe f8"))
    }

    @Test func whatAnotherProgramHasNotFetchedIsNoAnswer() throws {
        let (world, model) = (try World(), TestMake.starlightXpress.model())
        let port = world.port()
        try world.plugIn(model, at: port)
        // It has asked while the wheel was on its way to the third filter.
        let request = ControlRequest(type: 0x21, request: 9, value: 0x0200, index: 0)
        for report: [UInt8] in [[3, 0], [0, 0]] { _ = model.control(request, report) }
        Pause.wait(for: .milliseconds(30))
        #expect(try TestMake.starlightXpress.open(.init(port: port), in: world).position == 2)
    }

    @Test func anAnswerThatComesTooLateIsNoAnswerToTheNextQuestion() throws {
        let plugged = try TestMake.starlightXpress.plugged()
        plugged.forget()
        plugged.model.fail(.silence)
        #expect(throws: USBError.self) { try plugged.wheel.position }
        _ = plugged.model.control(ControlRequest(type: 0x21, request: 9, value: 0x0200, index: 0), [0, 0])
        try plugged.move(to: 4)
        #expect(try plugged.wheel.position == 4)
    }
}
