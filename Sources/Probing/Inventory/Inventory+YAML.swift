internal import Transports

extension Inventory {
    /// Definitions for the attached devices, to paste into a configuration.
    ///
    /// Only a query shows which device is at a serial port, so ports that were not queried are listed in comments.
    public func yaml(asked: [Question] = []) -> String {
        var lines: [String] = []
        var number = 0
        func add(_ driver: String, _ options: String, comment: String) {
            number += 1
            let name = "Device\(number)"
            if !comment.isEmpty { lines.append("  # \(Self.comment(comment))") }
            lines.append("  - { name: \(name), driver: \(driver), port: \(8000 + number)\(options) }")
        }
        for device in knownUSB where Self.isToldApartOnUSB(device) {
            let twins = knownUSB.filter { $0.drivers == device.drivers }.count
            let options = twins > 1 ? ", conf: { port: \(Self.quoted("\(device.info.port)")) }" : ""
            add(device.drivers[0], options, comment: "\(device.info)")
        }
        for device in surveyed {
            guard let uid = device.uid else { continue }
            let options = device.option.map { ", conf: { \($0): \(Self.quoted(uid)) }" } ?? ", uid: \(Self.quoted(uid))"
            add(device.driver, options, comment: device.model ?? "")
        }
        for camera in cameras {
            let (key, value) = camera.option
            add(AttachedCamera.driver, ", conf: { \(key): \(Self.quoted(value)) }", comment: camera.node.name)
        }
        for question in asked where question.problem == nil {
            let options = ", conf: { port: \(Self.quoted(question.port)) }"
            add(question.driver, options, comment: "serial \(question.serial ?? "")")
        }
        for port in ports where !asked.contains(where: { $0.problem == nil && PortName($0.port).map(port.is) == true })
        {
            lines.append(
                "  # - { name: NAME, driver: DRIVER, port: PORT, conf: { port: \(Self.quoted(port.name)) } }"
            )
        }
        return lines.isEmpty ? "devices: []" : (["devices:"] + lines).joined(separator: "\n")
    }

    /// Cameras are listed from their vendor's library instead.
    private static func isToldApartOnUSB(_ device: AttachedUSB) -> Bool { !device.isFloating }

    /// Text from a device, which may contain anything, in double quotes.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case " "..."~": "\(scalar)"
            default: scalar.value > 0xFFFF ? "?" : "\\u" + Hexadecimal.text(UInt16(scalar.value))
            }
        }
        return "\"\(escaped.joined())\""
    }

    /// The text without line ends, which would end the comment: YAML also knows U+0085, U+2028 and U+2029.
    private static func comment(_ text: String) -> String {
        let lineEnds: [Unicode.GeneralCategory] = [.control, .lineSeparator, .paragraphSeparator]
        return String(
            String.UnicodeScalarView(text.unicodeScalars.filter { !lineEnds.contains($0.properties.generalCategory) })
        )
    }
}
