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
        let bench = try TestMake.starlightXpress.bench()
        bench.forget()
        bench.model.fail(.silence)
        #expect(throws: USBError.self) { try bench.wheel.position }
        _ = bench.model.control(ControlRequest(type: 0x21, request: 9, value: 0x0200, index: 0), [0, 0])
        try bench.move(to: 4)
        #expect(try bench.wheel.position == 4)
    }
}
