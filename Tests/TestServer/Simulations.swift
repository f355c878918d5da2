import Devices
import Lasers
import Platform
import Transports

/// Simulated devices at ports of their own, for the drivers of others and for ours.
final class Simulations: Sendable {
    struct Entry: Sendable {
        let isSwitchedOn: @Sendable () -> Bool
        let transcript: @Sendable () -> String
        let unplug: @Sendable () -> Void
        let plugIn: @Sendable () throws -> Void
        /// Cuts its power, after which it is as it is at power-up; nil if it does not know how.
        var cutPower: (@Sendable () -> Void)?
    }

    private let entries = Lock<[String: Entry]>([:])

    /// Plugs a device in whose driver has this name, at a link with this path.
    func plugIn(_ driver: String, at link: String) throws {
        let entry: Entry? =
            switch driver {
            case "cobolt": try Self.entry(SimulatedCobolt(), link)
            case "cobolt-06": try Self.entry(SimulatedCobolt(modelNumber: "0488-06-01-0100-100"), link)
            case "cobolt-12v": try Self.entry(SimulatedCobolt(twelveVoltFirmware: "CAP-1004-2.1.0"), link)
            case "deepstar": try Self.entry(SimulatedDeepStar(), link)
            case "obis": try Self.entry(SimulatedOBIS(), link)
            case "obis-box": try Self.entry(SimulatedOBISBox(), link)
            case "coolled": try Self.entry(SimulatedCoolLED(), link)
            case "ichrome": try Self.entry(SimulatedIChrome(), link)
            case "lumencor": try Self.entry(SimulatedLumencor(), link)
            case "ibeam": try Self.entry(SimulatedIBeam(), link)
            case "oxxius": try Self.entry(SimulatedOxxius(), link)
            case "stradus": try Self.entry(SimulatedStradus(), link)
            case "omicron": try Self.entry(SimulatedOmicron(), link)
            case "sapphire": try Self.entry(SimulatedSapphire(), link)
            case "arduino-trigger": try Self.entry(of: SimulatedArduino(), link)
            case "teensy-pulses": try Self.entry(of: SimulatedTeensy(), link)
            default: try Self.motion(driver, link)
            }
        guard let entry else { throw RemoteError.key(driver) }
        entries.withLock { $0[link] = entry }
    }

    private static func entry(_ laser: some SimulatedLaser, _ link: String) throws -> Entry {
        let port = try SimulatedPort(laser, link: link)
        return Entry(
            isSwitchedOn: { port.instrument.isSwitchedOn },
            transcript: { port.transcript },
            unplug: { port.unplug() },
            plugIn: { try port.plugIn() },
            cutPower: {
                port.update { laser in
                    laser.forgetPower()
                    laser.forgetTrigger()
                }
            }
        )
    }

    private func entry(_ link: String) throws -> Entry {
        guard let entry = entries.withLock({ $0[link] }) else { throw RemoteError.key(link) }
        return entry
    }

    func remove(_ link: String) { entries.withLock { $0[link] = nil } }
    func isSwitchedOn(_ link: String) throws -> Bool { try entry(link).isSwitchedOn() }
    func transcript(_ link: String) throws -> String { try entry(link).transcript() }
    func unplug(_ link: String) throws { try entry(link).unplug() }
    func plugInAgain(_ link: String) throws { try entry(link).plugIn() }

    /// Takes the port away, cuts the power, and gives the port back.
    func cutPower(_ link: String) throws {
        let entry = try entry(link)
        guard let cut = entry.cutPower else { throw RemoteError.key(link) }
        entry.unplug()
        cut()
        try entry.plugIn()
    }
}
