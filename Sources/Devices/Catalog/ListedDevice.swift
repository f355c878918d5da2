/// A device that a vendor's library lists without opening it.
public struct ListedDevice: Sendable, Hashable {
    /// What selects it in a configuration, as the option ``option``.
    public let serial: String
    public let model: String?
    public let firmware: String?
    /// How it is connected, in the library's words: `USB3`.
    public let link: String?
    /// The option that takes the serial number.
    public let option: String

    public init(
        serial: String,
        model: String? = nil,
        firmware: String? = nil,
        link: String? = nil,
        option: String = "serial"
    ) {
        (self.serial, self.model, self.firmware) = (serial, model, firmware)
        (self.link, self.option) = (link, option)
    }
}
