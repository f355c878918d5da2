/// A driver that the options of another one name, with options of its own: `{driver: simulated-stage, conf: {…}}`.
///
/// It is looked up in the catalogue that the decoder carries under ``CodingUserInfoKey/driverCatalog``.
public struct NestedDriver: Decodable, Sendable {
    public let driver: ConfiguredDriver

    private enum CodingKeys: CodingKey {
        case driver, conf
    }

    public init(_ driver: ConfiguredDriver) { self.driver = driver }

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
        self.init(try driver.configured(from: options))
    }
}
