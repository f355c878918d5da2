/// A search for announced devices, on the thread of its client.
@safe final class DeviceBrowser {
    private let client: AvahiClient
    private var pointer: OpaquePointer?
    private var noticed: [Notice] = []
    private var resolutions: [DeviceResolution] = []
    private var hasHeardAll = false
    private var hasFailed = false

    /// A service that is announced on one interface.
    struct Notice {
        let interface, family: Int32
        let name, type, domain: String
    }

    /// A bound that no real network reaches.
    private static let most = 1000

    /// The time limit until the addresses of all devices are known.
    private static let patience = Duration.seconds(5)

    /// All announced devices.
    static func devices() throws(AvahiError) -> [AnnouncedDevice] {
        let browser = try DeviceBrowser(AvahiClient())
        let end = ContinuousClock.now + patience
        while !browser.isDone, ContinuousClock.now < end {
            try browser.client.iterate(within: end - .now)
            try browser.resolve()
        }
        return browser.devices
    }

    private init(_ client: AvahiClient) throws(AvahiError) {
        self.client = client
        guard client.state != .connecting else { throw .notRunning }
        unsafe pointer = client.functions.newBrowser(
            client.pointer,
            Reach.everyInterface,
            Reach.Family.both.rawValue,
            DeviceService.type,
            nil,
            0,
            { _, interface, family, event, name, type, domain, _, context in
                guard let context = unsafe context else { return }
                let browser = unsafe Unmanaged<DeviceBrowser>.fromOpaque(context).takeUnretainedValue()
                unsafe browser.note(event, interface, family, name, type, domain)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard unsafe pointer != nil else { throw AvahiError(client.lastError) }
    }

    deinit {
        resolutions = []
        if let pointer = unsafe pointer { _ = unsafe client.functions.freeBrowser(pointer) }
    }

    private func note(
        _ event: Int32,
        _ interface: Int32,
        _ family: Int32,
        _ name: AvahiFunctions.Text,
        _ type: AvahiFunctions.Text,
        _ domain: AvahiFunctions.Text
    ) {
        switch event {
        case 0:
            guard let name = unsafe name, let type = unsafe type, let domain = unsafe domain else { return }
            unsafe noticed.append(
                Notice(
                    interface: interface,
                    family: family,
                    name: String(cString: name),
                    type: String(cString: type),
                    domain: String(cString: domain)
                )
            )
        case 3: hasHeardAll = true
        case 4: hasFailed = true
        default: break
        }
    }

    /// Asks for the addresses of the services noticed so far.
    private func resolve() throws(AvahiError) {
        guard !hasFailed else { throw AvahiError(client.lastError) }
        for notice in noticed where resolutions.count < Self.most {
            resolutions.append(try DeviceResolution(notice, by: client))
        }
        noticed = []
    }

    private var isDone: Bool { hasHeardAll && noticed.isEmpty && resolutions.allSatisfy(\.isDone) }

    /// The devices found so far, each once, however many interfaces it is announced on.
    private var devices: [AnnouncedDevice] {
        var devices: [AnnouncedDevice] = []
        for device in resolutions.compactMap(\.device) {
            let same = devices.firstIndex { ($0.object, $0.host, $0.port) == (device.object, device.host, device.port) }
            guard let same else {
                devices.append(device)
                continue
            }
            // An IPv4 address is complete without the name of an interface.
            if devices[same].address.contains(":"), !device.address.contains(":") { devices[same] = device }
        }
        return devices.sorted { ($0.object, $0.host, $0.port) < ($1.object, $1.host, $1.port) }
    }
}

/// A question for the address of a noticed device.
@safe final class DeviceResolution {
    private let client: AvahiClient
    private var pointer: OpaquePointer?
    private(set) var isDone = false
    /// The device; nil while its address is unknown, and if the answer makes no sense.
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
        var digits = String(decoding: shown.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        // A link-local address is valid on one interface only, and incomplete without it.
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
    /// Whether it can stand in a URI.
    ///
    /// Any computer in the network may announce any text.
    fileprivate var isName: Bool {
        !isEmpty
            && unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0 != "@" && !(0x7F...0x9F).contains($0.value) && !$0.properties.isWhitespace
            }
    }
}
