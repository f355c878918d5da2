public import Devices
internal import Pickle

/// The spatial light modulator that Cockpit's structured illumination needs, without a modulator.
public final class DummySLM: Device {
    public var isEnabled = false
    private var diffractionAngle = 0.0
    private var sequence = PythonValue.list([])

    public init() {}

    public var remoteMembers: [any RemoteMember] {
        deviceMembers
        RemoteMethod("run", call: enable)
        RemoteMethod("stop", call: disable)
        RemoteMethod("get_sim_diffraction_angle") { self.diffractionAngle }
        RemoteMethod("set_sim_diffraction_angle", "theta") { self.diffractionAngle = $0 as Double }
        RemoteMethod("get_sim_sequence") { self.sequence }
        RemoteMethod("set_sim_sequence", "seq") { self.sequence = $0 as PythonValue }
        // There is no trigger input that could advance it.
        RemoteMethod("get_sequence_index") { 0 }
    }
}

extension Driver where Configuration == NoOptions {
    public static var dummySLM: Self {
        Driver("dummy-slm", "a simulated spatial light modulator for Cockpit", isSimulator: true) { _, _ in DummySLM() }
    }
}
