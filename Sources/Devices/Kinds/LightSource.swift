/// A source of light.
///
/// Its power is a fraction of its maximum, from 0 to 1.
public protocol LightSource: TriggerTarget {
    /// The power that was last set; starts at 0, or at the value in the device. Only ``setPower(_:)`` changes it.
    var setPoint: Double { get set }
    /// The emitted power, as measured or otherwise as set; only read while light is on.
    var measuredPower: Double { get throws }
    /// Sets the power, from 0 to 1.
    func performSetPower(_ power: Double) throws
    /// Whether light is emitted.
    var isOn: Bool { get throws }
    /// The status of the device, for people to read.
    var status: [String] { get throws }
    /// Whether it is a laser, which the server switches off when its client has gone; false for lamps and LEDs.
    var isLaser: Bool { get }
}

extension LightSource {
    /// What is not known to be a lamp counts as a laser.
    public var isLaser: Bool { true }

    /// The emitted power; 0 while light is off.
    public var power: Double { get throws { try isOn ? try measuredPower : 0 } }

    /// Sets the nearest power from 0 to 1.
    public func setPower(_ power: Double) throws {
        guard !power.isNaN else { throw RemoteError.value("power must be a number from 0 to 1, not nan") }
        let power = min(max(power, 0), 1)
        try performSetPower(power)
        setPoint = power
    }

    @RemoteInterfaceBuilder
    public var lightSourceMembers: [any RemoteMember] {
        deviceMembers
        triggerMembers
        // Light itself stays off: only what it is set to is restored. Unknown is not the same as off.
        RemoteProperty("power", restored: .last, unknown: .nan, get: { try self.power }, set: setPower)
        RemoteMethod("get_set_power") { self.setPoint }
        RemoteMethod("get_is_on") { try self.isOn }
        RemoteMethod("get_status") { try self.status }
    }

    public var remoteMembers: [any RemoteMember] { lightSourceMembers }
}

/// A device whose outputs gate the light of others: a laser emits while the output at its TTL input is high.
///
/// It is disabled whenever light has to be off, like a light source: ``Device/disable()`` must throw unless every
/// output is confirmed off.
public protocol LightGate: Device {}
