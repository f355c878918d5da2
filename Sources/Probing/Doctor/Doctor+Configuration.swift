internal import Devices
internal import Transports

extension Doctor {
    /// Ports whose names change with the order of plugging in, where better ones are to be had.
    var naming: [Finding] {
        let named = wanted.compactMap { device -> Finding? in
            guard case .serialPort(let text?)? = device.driver.attachment, Self.changes(text) else { return nil }
            let better = inventory.ports.first { $0.path == text }?.name
            let command =
                better.flatMap { $0 == text ? nil : "sed -i 's|\(text)\\b|\($0)|' \(Self.quoted(device.file))" }
                ?? "# plug the adapter in, and look for its name:\nhwprobe"
            return Finding(
                .advice,
                .naming,
                device.name,
                "\(text) is another port when adapters are plugged in in another order",
                command
            )
        }
        return named + twins
    }

    /// Adapters with the same serial number, which no name tells apart but that of their place.
    private var twins: [Finding] {
        let named = inventory.ports.filter { $0.adapter?.serial != nil && !$0.name.hasPrefix("usb:") }
        return Dictionary(grouping: named) { $0.adapter?.serial ?? "" }.sorted { $0.key < $1.key }.map {
            serial,
            ports in
            Finding(
                .advice,
                .naming,
                ports.map(\.path).joined(separator: ", "),
                "several adapters have the serial number \(serial), so their ports are told apart by place alone",
                "ls -l /dev/serial/by-path"
            )
        }
    }

    private static func changes(_ path: String) -> Bool {
        path.hasPrefix("/dev/ttyUSB") || path.hasPrefix("/dev/ttyACM")
    }

    private static func quoted(_ path: String) -> String {
        "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }

    /// Vendors' libraries that are needed, and do not work: nothing is opened with them.
    var libraries: [Finding] {
        drivers.drivers.filter(\.isFloating).flatMap { driver -> [Finding] in
            let attached = cameras.filter { $0.drivers.contains(driver.name) }
            let isWanted = wanted.contains { $0.driver.name == driver.name && !$0.isSimulated }
            guard !attached.isEmpty || isWanted, let candidates = driver.candidates else { return [] }
            return library(driver.name, candidates, attached)
        }
    }

    private func library(_ name: String, _ candidates: Candidates, _ attached: [AttachedUSB]) -> [Finding] {
        do {
            guard try candidates.count(context) < attached.count else { return [] }
            let text = "sees fewer cameras than there are on USB (\(attached.count)): is a plug-in of it missing?"
            return [
                Finding(
                    .problem,
                    .library,
                    name,
                    "the vendor's library \(text)",
                    "sudo ldconfig\nldconfig -p | grep libat"
                )
            ]
        } catch let error as DeviceError where error.kind == .library {
            let isUnfit = error.message.contains("lacks")
            return [
                Finding(
                    .problem,
                    .library,
                    name,
                    isUnfit ? "the vendor's library is of a wrong version: \(error)" : "\(error)",
                    "# install the vendor's package, version 3.5 or newer, as Drivers/AndorSDK3/README.md says, then:\n"
                        + "sudo ldconfig"
                )
            ]
        } catch { return [Finding(.problem, .library, name, "\(error)", "sudo ldconfig\nldconfig -p | grep libat")] }
    }
}
