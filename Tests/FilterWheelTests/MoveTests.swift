import Devices
import FilterWheels
import Platform
import Testing
import Transports

struct MoveTests {
    @Test(arguments: TestMake.allCases) func goesToEachPositionAndBack(make: TestMake) throws {
        let bench = try make.bench()
        #expect(bench.wheel.positionCount == (make == .clarity ? 4 : 7))
        #expect(try bench.wheel.position == 0)
        for position in Array(1..<bench.wheel.positionCount) + [0] {
            try bench.move(to: position)
            #expect(try bench.wheel.position == position)
            #expect(try !bench.wheel.isMoving)
        }
    }

    @Test(arguments: TestMake.allCases) func goesNowhereElse(make: TestMake) throws {
        let bench = try make.bench()
        for position in [-1, bench.wheel.positionCount] {
            #expect(throws: RemoteError.self) { try bench.wheel.move(to: position) }
        }
        bench.forget()
        #expect(try bench.wheel.position == 0)
    }

    @Test(arguments: TestMake.allCases) func tellsWhereItCameFromWhileItMoves(make: TestMake) throws {
        let bench = try make.bench(.milliseconds(250))
        let completion = try bench.wheel.move(to: 1)
        #expect(try completion.poll() == nil)
        #expect(try bench.wheel.position == 0)
        try TestMake.Bench.finish(completion)
        #expect(try bench.wheel.position == 1)
    }

    @Test(arguments: TestMake.allCases) func canBeSentElsewhereWhileItMoves(make: TestMake) throws {
        let bench = try make.bench(.milliseconds(60))
        _ = try bench.wheel.move(to: 2)
        try bench.move(to: 3)
        #expect(try bench.wheel.position == 3)
    }

    @Test(arguments: TestMake.allCases) func saysWhatWasSeenLastWhenAMoveDoesNotEnd(make: TestMake) throws {
        let bench = try make.bench()
        bench.model.fail(.slip)
        let completion = try bench.wheel.move(to: 2)
        // A Clarity's move shows only after a moment.
        Pause.wait(for: .milliseconds(60))
        #expect(try completion.poll() == nil)
        bench.world.time.advance(.seconds(60))
        let error = #expect(throws: DeviceError.self) { try completion.poll() }
        let text = "\(try #require(error))"
        #expect(text.contains("position 2") && text.contains("last state: moving") && text.contains("\(bench.port)"))
        bench.model.fail(.repair)
        bench.forget()
        let seen = try bench.eventualPosition()
        #expect(seen == 2)
    }

    /// An EFW and a Clarity say that they are stuck; the others turn and turn as far as can be seen.
    @Test(arguments: [TestMake.zwo, .clarity]) func saysWhatTheWheelSaysWhenItIsStuck(make: TestMake) throws {
        let bench = try make.bench()
        bench.model.fail(.jam)
        let completion = try bench.wheel.move(to: 2)
        let error = #expect(throws: DeviceError.self) { try TestMake.Bench.finish(completion) }
        #expect("\(try #require(error))".contains("position 2: the wheel is in an error"))
        bench.model.fail(.repair)
        try bench.move(to: 3)
        #expect(try bench.wheel.position == 3)
    }

    @Test func stopsSomewhereElse() throws {
        // Somebody turns the wheel by hand, or another program does.
        let bench = try TestMake.starlightXpress.bench()
        try bench.move(to: 2)
        let completion = try bench.wheel.move(to: 4)
        _ = bench.model.control(ControlRequest(type: 0x21, request: 9, value: 0x0200, index: 0), [6, 0])
        let error = #expect(throws: DeviceError.self) {
            try TestMake.Bench.finish(completion)
        }
        #expect("\(try #require(error))".contains("stopped at position 5"))
    }

    @Test(arguments: [TestMake.zwo, .fingerLakes]) func givesTheWheelBack(make: TestMake) throws {
        let bench = try make.bench()
        #expect(throws: DeviceError.self) { try make.open(.init(port: bench.port), in: bench.world) }
        try bench.wheel.shutdown()
        // It does not come back by itself.
        #expect(throws: USBError.self) { try bench.wheel.position }
        #expect(try make.open(.init(port: bench.port), in: bench.world).position == 0)
    }
}
