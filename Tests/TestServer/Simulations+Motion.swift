import FilterWheels
import StageControllers
import Transports

extension Simulations {
    /// Plugs in what moves, faster than the real things; nil for a driver of something else.
    static func motion(_ driver: String, _ link: String) throws -> Entry? {
        switch driver {
        case "thorlabs-filter-wheel":
            var wheel = SimulatedFW102C()
            wheel.stepTime = .milliseconds(20)
            return try entry(of: wheel, link)
        case "thorlabs-ell-slider": return try entry(of: SimulatedElliptec(type: 9), link)
        // As the witnesses name the other models.
        case "thorlabs-ell-slider-6": return try entry(of: SimulatedElliptec(type: 6), link)
        case "thorlabs-ell-slider-12": return try entry(of: SimulatedElliptec(type: 12), link)
        case "prior-proscan-iii": return try entry(of: SimulatedProScan(), link)
        case "ludl-mc2000": return try entry(of: SimulatedLudl(), link)
        case "asi-ms2000": return try entry(of: SimulatedASI(), link) { $0.lamps.values.contains { $0 > 0 } }
        case "asi-tiger":
            var controller = SimulatedASI()
            controller.endsStatus = true
            return try entry(of: controller, link) { $0.lamps.values.contains { $0 > 0 } }
        case "zaber-daisy-chain":
            let kinds: [(address: Int, kind: ZaberOptions.Kind)] = [
                (1, .stage), (2, .filterWheel), (3, .ledController),
            ]
            return try ZaberOptions.Devices(kinds).map { devices in
                try entry(of: SimulatedZaberChain(devices), link) { $0.devices[3]?.lamps.contains(2) ?? false }
            }
        default: return nil
        }
    }

    static func entry<Instrument: SimulatedInstrument>(
        of instrument: Instrument,
        _ link: String,
        isSwitchedOn: @escaping @Sendable (Instrument) -> Bool = { _ in false }
    ) throws -> Entry {
        let port = try SimulatedPort(instrument, link: link)
        return Entry(
            isSwitchedOn: { isSwitchedOn(port.instrument) },
            transcript: { port.transcript },
            unplug: { port.unplug() },
            plugIn: { try port.plugIn() }
        )
    }
}
