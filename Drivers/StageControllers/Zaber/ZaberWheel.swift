internal import Devices
internal import Transports

/// A Zaber filter wheel or turret of filter cubes.
struct ZaberWheel: PolledWheelCommands {
    let device: ZaberDevice

    /// 0 between two positions.
    func position(_ lines: LineProtocol) throws -> Int? {
        let index = try device.ask("get motion.index.num", axis: 1, lines) { $0.data.code() }
        return index > 0 ? index - 1 : nil
    }

    func isMoving(_ lines: LineProtocol) throws -> Bool { try device.isBusy(axis: 1, lines) }

    func startMove(to position: Int, _ lines: LineProtocol) throws {
        try device.tell("move index \(position + 1)", axis: 1, lines)
    }

    func needsHoming(_ lines: LineProtocol) throws -> Bool { try !device.isHomed(axis: 1, lines) }
    func startHoming(_ lines: LineProtocol) throws { try device.tell("home", axis: 1, lines) }

    func positionCount(_ lines: LineProtocol) throws -> Int {
        let cycle = try device.number("limit.cycle.dist", axis: 1, lines)
        let index = try device.number("motion.index.dist", axis: 1, lines)
        guard cycle > 0, index > 0, (1...1000).contains((cycle / index).rounded(.down)) else {
            throw DeviceError(.initialise, "device \(device.address) is no filter wheel, for it does not go round")
        }
        return Int((cycle / index).rounded(.down))
    }
}

extension ZaberDevice {
    func filterWheel(on line: SerialLine) throws -> PolledWheel {
        let commands = ZaberWheel(device: self)
        let found = try line.perform { lines in
            guard try axisCount(lines) == 1 else {
                throw DeviceError(.initialise, "device \(address) is no filter wheel, for it has several axes")
            }
            return (positions: try commands.positionCount(lines), facts: try facts(lines))
        }
        return PolledWheel("ZaberFilterWheel", commands, positions: found.positions, on: line, settings: found.facts)
    }
}
