/// What a device is, by the numbers of its vendor and its product: `03c3:1f01`.
public struct USBKind: Sendable, Hashable, CustomStringConvertible {
    public let vendor: UInt16
    public let product: UInt16

    public init(_ vendor: UInt16, _ product: UInt16) {
        self.vendor = vendor
        self.product = product
    }

    public var description: String { "\(Hexadecimal.text(vendor)):\(Hexadecimal.text(product))" }
}
