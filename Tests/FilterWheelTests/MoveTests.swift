import Devices
import FilterWheels
import Platform
import Testing
import Transports

struct MoveTests {
    @Test(arguments: TestMake.allCases) func goesToEachPositionAndBack(make: TestMake) throws {
        let plugged = try make.plugged()
        #expect(plugged.wheel.positionCount == (make == .clarity ? 4 : 7))
        #expect(try plugged.wheel.position == 0)
        for position in Array(1..<plugged.wheel.positionCount) + [0] {
            try plugged.move(to: position)
            #expect(try plugged.wheel.position == position)
            #expect(try !plugged.wheel.isMoving)
        }
    }

    @Test(arguments: TestMake.allCases) func goesNowhereElse(make: TestMake) throws {
        let plugged = try make.plugged()
        for position in [-1, plugged.wheel.positionCount] {
            #expect(throws: RemoteError.self) { try plugged.wheel.move(to: position) }
        }
        plugged.forget()
        #expect(try plugged.wheel.position == 0)
    }

    @Test(arguments: TestMake.allCases) func tellsWhereItCameFromWhileItMoves(make: TestMake) throws {
        let plugged = try make.plugged(.milliseconds(250))
        let completion = try plugged.wheel.move(to: 1)
        #expect(try completion.poll() == nil)
        #expect(try plugged.wheel.position == 0)
        try TestMake.PluggedWheel.finish(completion)
        #expect(try plugged.wheel.position == 1)
    }

    @Test(arguments: TestMake.allCases) func canBeSentElsewhereWhileItMoves(make: TestMake) throws {
        let plugged = try make.plugged(.milliseconds(60))
        _ = try plugged.wheel.move(to: 2)
        try plugged.move(to: 3)
        #expect(try plugged.wheel.position == 3)
    }

    @Test(arguments: TestMake.allCases) func saysWhatWasSeenLastWhenAMoveDoesNotEnd(make: TestMake) throws {
        let plugged = try make.plugged()
        plugged.model.fail(.slip)
        let completion = try plugged.wheel.move(to: 2)
        // A Clarity's move shows only after a moment.
        Pause.wait(for: .milliseconds(60))
        #expect(try completion.poll() == nil)
        plugged.world.time.advance(.seconds(60))
        let error = #expect(throws: DeviceError.self) { try completion.poll() }
        let text = "\(try #require(error))"
        #expect(text.contains("position 2") && text.contains("last state: moving") && text.contains("\(plugged.port)"))
        plugged.model.fail(.repair)
        plugged.forget()
        let seen = try plugged.eventualPosition()
        #expect(seen == 2)
    }

    /// An EFW and a Clarity say that they are stuck; the others turn and turn as far as can be seen.
    @Test(arguments: [TestMake.zwo, .clarity]) func saysWhatTheWheelSaysWhenItIsStuck(make: TestMake) throws {
        let plugged = try make.plugged()
        plugged.model.fail(.jam)
        let completion = try plugged.wheel.move(to: 2)
        let error = #expect(throws: DeviceError.self) { try TestMake.PluggedWheel.finish(completion) }
        #expect("\(try #require(error))".contains("position 2: the wheel is in an error"))
        plugged.model.fail(.repair)
        try plugged.move(to: 3)
        #expect(try plugged.wheel.position == 3)
    }

    @Test func stopsSomewhereElse() throws {
        // Somebody turns the wheel by hand, or another program does.
        let plugged = try TestMake.starlightXpress.plugged()
        try plugged.move(to: 2)
        let completion = try plugged.wheel.move(to: 4)
        _ = plugged.model.control(ControlRequest(type: 0x21, request: 9, value: 0x0200, index: 0), [6, 0])
        let error = #expect(throws: DeviceError.self) {
            try TestMake.PluggedWheel.finish(completion)
        }
        #expect("\(try #require(error))".contains("stopped at position 5"))
    }

    @Test(arguments: [TestMake.zwo, .fingerLakes]) func givesTheWheelBack(make: TestMake) throws {
        let plugged = try make.plugged()
        #expect(throws: DeviceError.self) { try make.open(.init(port: plugged.port), in: plugged.world) }
        try plugged.wheel.shutdown()
        // It does not come back by itself.
        #expect(throws: USBError.self) { try plugged.wheel.position }
        #expect(try make.open(.init(port: plugged.port), in: plugged.world).position == 0)
    }
}
