/// Asks where a device is that was noticed.
@safe final class DeviceResolution {
    private let client: AvahiClient
    private var pointer: OpaquePointer?
    private(set) var isDone = false
    /// The device; nil while nothing is known, and if what is known makes no sense.
    private(set) var device: AnnouncedDevice?

    init(_ notice: DeviceBrowser.Notice, by client: AvahiClient) throws(AvahiError) {
        self.client = client
        unsafe pointer = client.functions.newResolver(
            client.pointer,
            notice.interface,
            notice.family,
            notice.name,
            notice.type,
            notice.domain,
            notice.family,
            0,
            { _, interface, _, event, name, _, _, host, address, port, texts, _, context in
                guard let context = unsafe context else { return }
                let resolution = unsafe Unmanaged<DeviceResolution>.fromOpaque(context).takeUnretainedValue()
                resolution.isDone = true
                guard event == 0, let name = unsafe name, let host = unsafe host else { return }
                unsafe resolution.note(String(cString: name), String(cString: host), address, interface, port, texts)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard unsafe pointer != nil else { throw AvahiError(client.lastError) }
    }

    deinit {
        if let pointer = unsafe pointer { _ = unsafe client.functions.freeResolver(pointer) }
    }

    private func note(
        _ name: String,
        _ host: String,
        _ address: OpaquePointer?,
        _ interface: Int32,
        _ port: UInt16,
        _ texts: OpaquePointer?
    ) {
        var shown = [CChar](repeating: 0, count: 64)
        guard port != 0, unsafe client.functions.showAddress(&shown, shown.count, address) != nil else { return }
        var digits = String(decoding: shown.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // An address that counts by one interface alone, and says nothing without it.
        if digits.lowercased().hasPrefix("fe80:") { digits += "%\(interface)" }
        let properties = unsafe properties(of: texts)
        let object = properties["object"] ?? name
        guard object.isName, host.isName else { return }
        device = AnnouncedDevice(
            object: object,
            host: host,
            address: digits,
            port: Int(port),
            properties: properties
        )
    }

    private func properties(of texts: OpaquePointer?) -> [String: String] {
        var properties: [String: String] = [:]
        var next = unsafe texts
        while let text = unsafe next {
            if let bytes = unsafe client.functions.bytes(text) {
                let count = unsafe client.functions.size(text)
                let pair = unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
                if let equals = pair.firstIndex(of: "=") {
                    properties[pair[..<equals].lowercased()] = String(pair[pair.index(after: equals)...])
                }
            }
            unsafe next = client.functions.nextText(text)
        }
        return properties
    }
}

extension String {
    /// Whether it can stand in a URI; anybody in the network may announce anything.
    fileprivate var isName: Bool {
        !isEmpty
            && unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0 != "@" && !(0x7F...0x9F).contains($0.value) && !$0.properties.isWhitespace
            }
    }
}
