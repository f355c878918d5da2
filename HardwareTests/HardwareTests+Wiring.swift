import Contracts
import Devices
import MicroscopeServer
import Server
import Testing

/// Tests that need a cable, light or a person, for the wiring in the section `rig` of the file.
extension HardwareTests {
    // Simulated devices have no wires between them, so this needs real ones.
    @Test(
        .enabled(if: try !Rig.named.wiring.cables.isEmpty, "HardwareTests: no trigger cable in the rig"),
        arguments: try Rig.named.wiring.cables
    )
    func cableTriggersTheCamera(cable: RigWiring.Cable) throws {
        try inSetup("\(cable)", [.output, .images]) { setup in
            let lines = try setup.device(cable.lines, "a digital I/O", as: (any DigitalIO).self)
            let camera = try setup.device(cable.camera, "a camera", as: (any Camera).self)
            return TriggerCable(from: cable.line, of: lines, to: camera).findings()
        }
    }

    @Test(
        .enabled(
            if: try !Rig.named.wiring.lights.isEmpty,
            "HardwareTests: no light that falls into a camera in the rig"
        ),
        arguments: try Rig.named.wiring.lights
    )
    func lightMakesImagesBrighter(light: RigWiring.Illumination) throws {
        try inSetup("\(light)", [.light, .images]) { setup in
            let source = try setup.device(light.light, "a light source", as: (any LightSource).self)
            let camera = try setup.device(light.camera, "a camera", as: (any Camera).self)
            return Illumination(of: camera, by: source, power: light.power, exposureTime: light.exposureTime).findings()
        }
    }

    @Test(
        .enabled(if: try !Rig.named.wiring.filters.isEmpty, "HardwareTests: no wheel with named filters in the rig"),
        .enabled(if: Rig.isWatched, "HardwareTests: nobody watches the wheels: RIG_EYES is not 1"),
        arguments: try Rig.named.wiring.filters
    )
    func filtersAreSeenInTheirOrder(filters: RigWiring.Filters) throws {
        try inSetup("\(filters)", [.motion]) { setup in
            let wheel = try setup.device(filters.wheel, "a filter wheel", as: (any FilterWheel).self)
            return FilterOrder(filters.names, in: wheel).findings { try Eyes.see("\(filters.wheel): \($0)") }
        }
    }

    /// Opens devices, runs a test, and shuts the devices down even if it fails.
    private func inSetup(_ what: String, _ effects: Set<Effect>, _ findings: (RigSetup) throws -> Findings) throws {
        let forbidden = effects.intersection(try Rig.forbidden)
        guard forbidden.isEmpty else {
            return print(
                "\(what): not tried, because RIG_WITHOUT forbids \(forbidden.map(\.rawValue).sorted().joined(separator: " and "))"
            )
        }
        let setup = RigSetup(try Rig.named) { print($0) }
        let result = Result { try findings(setup) }
        try setup.shutDown()
        for violation in try result.get().violations { Issue.record("\(what): \(violation)") }
        for remark in try result.get().remarks { print("\(what): not tried: \(remark)") }
    }
}
