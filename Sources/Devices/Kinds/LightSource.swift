/// A source of light, whose power is a fraction, 0 to 1, of the most that it can do.
public protocol LightSource: TriggerTarget {
    /// The power that was last asked for; starts at 0, or at what the device is set to. Only ``setPower(_:)`` changes it.
    var setPoint: Double { get set }
    /// The power that comes out, as measured or else as set; asked for only while light is on.
    var measuredPower: Double { get throws }
    /// Sets the power, from 0 to 1.
    func performSetPower(_ power: Double) throws
    /// Whether light comes out.
    var isOn: Bool { get throws }
    /// What the device says of itself, for people to read.
    var status: [String] { get throws }
}

extension LightSource {
    /// The power that comes out; 0 while no light does.
    public var power: Double { get throws { try isOn ? try measuredPower : 0 } }

    /// Takes the nearest power that there is.
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
        // Light itself stays off: only what it is set to is restored.
        RemoteProperty("power", restored: .last, get: { try self.power }, set: setPower)
        RemoteMethod("get_set_power") { self.setPoint }
        RemoteMethod("get_is_on") { try self.isOn }
        RemoteMethod("get_status") { try self.status }
    }

    public var remoteMembers: [any RemoteMember] { lightSourceMembers }
}

/// A device whose outputs let the light of others out: a laser shines while what is wired to its TTL input is high.
///
/// Wherever light is to be off it is disabled as light sources are: ``Device/disable()`` throws unless no light comes by
/// its outputs any more.
public protocol LightGate: Device {}
