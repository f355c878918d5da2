internal import Devices
internal import SDKCameras

/// The camera's speed table: the gains of each speed of each port.
struct SpeedTable: Sendable {
    struct Speed: Sendable {
        let port: Int
        let portName: String
        let index: Int
        /// `Sensitivity, 12-bit, 100 MHz`, as in python-microscope.
        let label: String
        let gains: [Gain]
    }

    struct Gain: Sendable {
        let index: Int
        let label: String
    }

    let speeds: [Speed]

    /// Reads the table by choosing each entry; then the camera has its first entry.
    init(_ camera: PVCAMCamera) throws(DeviceError) {
        guard try camera.has(.readoutPort), try camera.has(.speedIndex) else {
            speeds = []
            return
        }
        var speeds: [Speed] = []
        let ports = try camera.choices(.readoutPort)
        for port in ports {
            try camera.write(.readoutPort, .int(port.key))
            // More than any camera has.
            for index in try camera.intLimits(.speedIndex).prefix(64) {
                try camera.write(.speedIndex, .int(index))
                let (label, gains) = (try Self.label(port.label, camera), try Self.gains(camera))
                speeds.append(Speed(port: port.key, portName: port.label, index: index, label: label, gains: gains))
            }
        }
        self.speeds = speeds
        if let first = ports.first { try camera.write(.readoutPort, .int(first.key)) }
        if let first = speeds.first { try camera.write(.speedIndex, .int(first.index)) }
    }

    private static func label(_ port: String, _ camera: PVCAMCamera) throws(DeviceError) -> String {
        let bits = try camera.value(ifThere: .bitDepth)?.int ?? 0
        guard let nanoseconds = try camera.value(ifThere: .pixelTime)?.int, nanoseconds > 0 else {
            return "\(port), \(bits)-bit"
        }
        let hertz = 1e9 / Double(nanoseconds)
        let (number, unit) = hertz >= 1e6 ? (hertz / 1e6, "MHz") : (hertz / 1e3, "kHz")
        let rounded = (number * 100).rounded() / 100
        return "\(port), \(bits)-bit, \(rounded) \(unit)"
    }

    /// The gains of the present speed; their numbers may have gaps.
    private static func gains(_ camera: PVCAMCamera) throws(DeviceError) -> [Gain] {
        guard try camera.has(.gainIndex) else { return [] }
        var gains: [Gain] = []
        for index in try camera.intLimits(.gainIndex).prefix(64) {
            do throws(DeviceError) { try camera.write(.gainIndex, .int(index)) } catch {
                guard !error.isLoss else { throw error }
                continue
            }
            // Some cameras ignore a gain that they do not have.
            guard try camera.int(.gainIndex) == index else { continue }
            let name = try camera.value(ifThere: .gainName).map { "\($0)" } ?? ""
            gains.append(Gain(index: index, label: name.isEmpty ? "\(index)" : name))
        }
        if let first = gains.first { try camera.write(.gainIndex, .int(first.index)) }
        return gains
    }

    /// The speeds of a port.
    func speeds(of port: Int) -> [Speed] { speeds.filter { $0.port == port } }

    /// The place of a port's speed in the table.
    func place(port: Int, speed: Int) -> Int? { speeds.firstIndex { $0.port == port && $0.index == speed } }
}
