public import Devices
internal import Pickle

/// The spatial light modulator that Cockpit's structured illumination needs, without a modulator.
public final class DummySLM: Device {
    public var isEnabled = false
    /// The angle, and the sequence as a pickle.
    private struct Setup: Codable {
        var diffractionAngle = 0.0
        var sequence: [UInt8] = []
    }

    private var setup: Setup
    private let record: KeptValue<Setup>

    /// - Parameter hardware: the name of the hardware, which keeps its sequence if its process dies.
    public init(hardware: String = "") {
        record = KeptValue(hardware, Setup())
        setup = record.found ?? Setup()
    }

    private func change(_ body: (inout Setup) throws -> Void) rethrows {
        try body(&setup)
        record.store(setup)
    }

    private var sequence: PythonValue {
        get throws { setup.sequence.isEmpty ? .list([]) : try PickleReader.read(setup.sequence[...]) }
    }

    public var remoteMembers: [any RemoteMember] {
        deviceMembers
        RemoteMethod("run", call: enable)
        RemoteMethod("stop", call: disable)
        RemoteMethod("get_sim_diffraction_angle") { self.setup.diffractionAngle }
        RemoteMethod("set_sim_diffraction_angle", "theta") { angle in self.change { $0.diffractionAngle = angle } }
        RemoteMethod("get_sim_sequence") { try self.sequence }
        RemoteMethod("set_sim_sequence", "seq") { (sequence: PythonValue) in
            let pickle = try PickleWriter.pickle(sequence).joined()
            self.change { $0.sequence = pickle }
        }
        // There is no trigger input that could advance it.
        RemoteMethod("get_sequence_index") { 0 }
    }
}

extension Driver where Configuration == NoOptions {
    public static var dummySLM: Self {
        Driver("dummy-slm", "a simulated spatial light modulator for Cockpit", isSimulator: true) { _, context in
            DummySLM(hardware: context.hardwareName)
        }
    }
}
