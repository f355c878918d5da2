/// A driver that the options of another driver name, with its own options: `{driver: simulated-stage, conf: {…}}`.
///
/// It is looked up in the catalogue that the decoder carries under ``CodingUserInfoKey/driverCatalog``. A floating
/// driver has a `uid` as well, and is added to the decoder's ``CameraRequests``.
public struct NestedDriver: Decodable, Sendable {
    public let driver: ConfiguredDriver

    private enum CodingKeys: CodingKey {
        case driver, uid, conf
    }

    public init(_ driver: ConfiguredDriver) { self.driver = driver }

    /// A driver with its options.
    public init<Options>(_ driver: Driver<Options>, _ options: Options) {
        var driver = driver.configured(options)
        driver.refer(to: OptionContents(options))
        self.driver = driver
    }

    public init(from decoder: any Decoder) throws {
        let catalog = decoder.userInfo[.driverCatalog] as? DriverCatalog ?? DriverCatalog([])
        let definition = try decoder.container(keyedBy: CodingKeys.self)
        let name = try definition.decode(String.self, forKey: .driver)
        guard let driver = catalog[name] else {
            throw DecodingError.dataCorruptedError(
                forKey: .driver,
                in: definition,
                debugDescription: "unknown driver '\(name)', known are \(catalog.names.joined(separator: ", "))"
            )
        }
        let options: any Decoder =
            if definition.contains(.conf) {
                try definition.superDecoder(forKey: .conf)
            } else {
                NoOptionsDecoder(codingPath: decoder.codingPath, userInfo: decoder.userInfo)
            }
        let uid = try Self.uid(for: driver, definition)
        let configured = try driver.configured(from: options, uid: uid)
        (decoder.userInfo[.cameraRequests] as? CameraRequests)?.append(contentsOf: configured.cameraRequests)
        self.init(configured)
    }

    private static func uid(
        for driver: any ConfigurableDriver,
        _ definition: KeyedDecodingContainer<CodingKeys>
    ) throws -> String? {
        let uid = try definition.decodeIfPresent(String.self, forKey: .uid)
        guard driver.isFloating != (uid?.isEmpty == false) else { return uid }
        throw DecodingError.dataCorruptedError(
            forKey: .uid,
            in: definition,
            debugDescription: driver.isFloating
                ? "\(driver.name) is a floating driver: uid must select a device"
                : "\(driver.name) is not a floating driver and takes no uid"
        )
    }
}

/// The decoder of a driver's options when a definition has none: a mapping without keys.
struct NoOptionsDecoder: Decoder {
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any]

    func container<Key: CodingKey>(keyedBy _: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(NoKeys(codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw missing }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw missing }

    private var missing: DecodingError {
        .valueNotFound(Any.self, .init(codingPath: codingPath, debugDescription: "there are no options"))
    }
}

/// A container without keys.
private struct NoKeys<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let codingPath: [any CodingKey]
    var allKeys: [Key] { [] }

    func contains(_: Key) -> Bool { false }
    func decodeNil(forKey key: Key) throws -> Bool { throw missing(key) }
    func decode(_: Bool.Type, forKey key: Key) throws -> Bool { throw missing(key) }
    func decode(_: String.Type, forKey key: Key) throws -> String { throw missing(key) }
    func decode(_: Double.Type, forKey key: Key) throws -> Double { throw missing(key) }
    func decode(_: Float.Type, forKey key: Key) throws -> Float { throw missing(key) }
    func decode(_: Int.Type, forKey key: Key) throws -> Int { throw missing(key) }
    func decode(_: Int8.Type, forKey key: Key) throws -> Int8 { throw missing(key) }
    func decode(_: Int16.Type, forKey key: Key) throws -> Int16 { throw missing(key) }
    func decode(_: Int32.Type, forKey key: Key) throws -> Int32 { throw missing(key) }
    func decode(_: Int64.Type, forKey key: Key) throws -> Int64 { throw missing(key) }
    func decode(_: UInt.Type, forKey key: Key) throws -> UInt { throw missing(key) }
    func decode(_: UInt8.Type, forKey key: Key) throws -> UInt8 { throw missing(key) }
    func decode(_: UInt16.Type, forKey key: Key) throws -> UInt16 { throw missing(key) }
    func decode(_: UInt32.Type, forKey key: Key) throws -> UInt32 { throw missing(key) }
    func decode(_: UInt64.Type, forKey key: Key) throws -> UInt64 { throw missing(key) }
    func decode<T: Decodable>(_: T.Type, forKey key: Key) throws -> T { throw missing(key) }
    func nestedContainer<Nested: CodingKey>(
        keyedBy _: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw missing(key) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw missing(key) }
    func superDecoder() throws -> any Decoder { throw missing(nil) }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw missing(key) }

    private func missing(_ key: Key?) -> DecodingError {
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: "there are no options")
        return key.map { .keyNotFound($0, context) } ?? .valueNotFound(Any.self, context)
    }
}
