/// A driver that the options of another one name, with options of its own: `{driver: simulated-stage, conf: {…}}`.
///
/// It is looked up in the catalogue that the decoder carries under ``CodingUserInfoKey/driverCatalog``. A floating one
/// has a `uid` as well, and is noted in the decoder's ``FloatingParts``.
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
        (decoder.userInfo[.floatingParts] as? FloatingParts)?.append(contentsOf: configured.floatingParts)
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
                ? "\(driver.name) is a floating driver: uid must say which device is meant"
                : "\(driver.name) is not a floating driver, so there is nothing to tell apart"
        )
    }
}
