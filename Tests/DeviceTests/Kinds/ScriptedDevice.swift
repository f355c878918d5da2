import Devices

/// A device that records its calls, and refuses them on demand.
final class ScriptedDevice: Device {
    var isEnabled = false
    let name: String
    var refuses: Set<String> = []
    let log: Log

    final class Log {
        var lines: [String] = []
    }

    init(_ name: String = "", log: Log = Log()) {
        self.name = name
        self.log = log
    }

    func performEnable() throws { try perform("enable") }
    func performDisable() throws { try perform("disable") }
    func performShutdown() throws { try perform("shutdown") }

    private func perform(_ step: String) throws {
        log.lines.append(name.isEmpty ? step : "\(step) \(name)")
        if refuses.contains(step) { throw DeviceError(.failed, step) }
    }
}

/// A controller of such devices, or of other controllers.
final class ScriptedController: Controller {
    var isEnabled = false
    let devices: [(name: String, device: any Device)]
    private let log: ScriptedDevice.Log

    init(_ devices: [(name: String, device: any Device)], log: ScriptedDevice.Log) {
        self.devices = devices
        self.log = log
    }

    func performShutdown() { log.lines.append("shutdown controller") }
}
