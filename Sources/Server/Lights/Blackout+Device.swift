internal import Devices

extension Blackout {
    /// Switches off what light a device and its parts have, and finds out whether it is.
    static func darkened(_ device: any Device, _ name: String) -> [Finding] {
        if let light = device as? any LightSource {
            do {
                try light.disable()
                return [Finding(name: name, light: try light.isOn ? .on : .off)]
            } catch {
                return [Finding(name: name, light: .unknown(ErrorTranslation.text(of: error)))]
            }
        }
        if let gate = device as? any LightGate {
            do {
                try gate.disable()
                return [Finding(name: name, light: .off)]
            } catch {
                return [Finding(name: name, light: .unknown(ErrorTranslation.text(of: error)))]
            }
        }
        guard let controller = device as? any Controller else { return [] }
        return controller.devices.flatMap { darkened($0.device, "\(name).\($0.name)") }
    }
}
