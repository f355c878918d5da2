import Bench
import Testing

/// What the devices on a bench must do.
///
/// One after the other: they may share a stand, a table, a power supply.
@Suite(.serialized, .enabled(if: Rig.file != nil, "HardwareTests: no rig: RIG is not set"))
struct HardwareTests {
    @Test(arguments: try Rig.named.devices) func keepsItsContracts(device: RigDevice) throws {
        try device.tryContracts(without: try Rig.forbidden)
    }
}
