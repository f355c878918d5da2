internal import Platform

/// A video node as the kernel describes it in `/sys/class/video4linux`; it was not opened.
public struct VideoNode: Sendable, Hashable {
    /// Its device file: `/dev/video0`.
    public var path: String
    /// The name of the camera.
    public var name: String
    /// The node's place among those of the same camera, from zero; images are usually at the first.
    public var index: Int
    /// The USB port of the camera, `1-4.2`, and its serial number, if it is on USB and has one.
    public var port: String?
    public var serial: String?
    /// The links that udev has made to the node: `/dev/v4l/by-id/usb-…-video-index0`.
    public var links: [String] = []

    public init(_ path: String, _ name: String, index: Int = 0, port: String? = nil, serial: String? = nil) {
        (self.path, self.name, self.index, self.port, self.serial) = (path, name, index, port, serial)
    }

    /// The nodes of a computer, in the order of their numbers.
    public static func all(root: String = "") -> [VideoNode] {
        let folder = "\(root)/sys/class/video4linux"
        let links = links(root: root)
        let numbers = FileSystem.names(in: folder).compactMap { name -> Int? in
            name.hasPrefix("video") ? Int(name.dropFirst(5)) : nil
        }
        return numbers.sorted().map { number in
            let (name, place) = ("video\(number)", "\(folder)/video\(number)")
            let device = usbDevice(above: FileSystem.realPath("\(place)/device"))
            var node = VideoNode(
                "/dev/\(name)",
                FileSystem.text(of: "\(place)/name") ?? name,
                index: FileSystem.text(of: "\(place)/index").flatMap { Int($0) } ?? 0,
                port: device.map { String($0.split(separator: "/").last ?? "") },
                serial: device.flatMap { FileSystem.text(of: "\($0)/serial") }.flatMap { $0.isEmpty ? nil : $0 }
            )
            node.links = links.filter { $0.target == name }.map(\.link)
            return node
        }
    }

    /// The folder of the USB device that a folder belongs to: the nearest one above with a vendor.
    private static func usbDevice(above folder: String?) -> String? {
        var folder = folder ?? ""
        // A node is two levels below its device, or a few more.
        for _ in 0..<4 where folder.count > 1 {
            if FileSystem.text(of: "\(folder)/idVendor") != nil { return folder }
            folder = FileSystem.folder(of: folder)
        }
        return nil
    }

    private static func links(root: String) -> [(link: String, target: String)] {
        ["/dev/v4l/by-id", "/dev/v4l/by-path"].flatMap { folder in
            FileSystem.names(in: root + folder).compactMap { name in
                FileSystem.target(ofLink: "\(root)\(folder)/\(name)").map { target in
                    ("\(folder)/\(name)", String(target.split(separator: "/").last ?? ""))
                }
            }
        }
    }
}

/// The choice of a camera in a definition.
public struct VideoSelection: Sendable, Hashable {
    /// A device file, or a link to one, as in `/dev/v4l/by-id`.
    public var path: String?
    public var serial: String?
    /// A USB port: `1-4.2`.
    public var port: String?

    public init(path: String? = nil, serial: String? = nil, port: String? = nil) {
        (self.path, self.serial, self.port) = (path, serial, port)
    }

    /// The nodes that may be the camera, in the order in which they are tried.
    public func nodes(among all: [VideoNode]) -> [VideoNode] {
        all.filter { node in
            (path == nil || node.path == path || node.links.contains(path ?? ""))
                && (serial == nil || node.serial == serial) && (port == nil || node.port == port)
        }
    }

    /// The selection in an error: `with serial number 1234`.
    public var title: String {
        let parts = [
            path.map { "at \($0)" }, serial.map { "with the serial number \($0)" }, port.map { "at USB port \($0)" },
        ].compactMap { $0 }
        return parts.isEmpty ? "that takes images" : parts.joined(separator: ", ")
    }
}
