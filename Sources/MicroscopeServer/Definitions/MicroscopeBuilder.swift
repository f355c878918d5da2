/// Gathers the parts of a microscope.
@resultBuilder
public enum MicroscopeBuilder {
    public static func buildExpression(_ device: DeviceDefinition) -> [MicroscopePart] { [device.part] }
    public static func buildExpression(_ group: DeviceGroup) -> [MicroscopePart] { [group.part] }
    public static func buildExpression(_ set: DeviceSet) -> [MicroscopePart] { [set.part] }
    public static func buildExpression(_ devices: [DeviceDefinition]) -> [MicroscopePart] { devices.map(\.part) }
    public static func buildExpression(_ parts: [MicroscopePart]) -> [MicroscopePart] { parts }
    public static func buildBlock(_ parts: [MicroscopePart]...) -> [MicroscopePart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[MicroscopePart]]) -> [MicroscopePart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [MicroscopePart]?) -> [MicroscopePart] { parts ?? [] }
    public static func buildEither(first parts: [MicroscopePart]) -> [MicroscopePart] { parts }
    public static func buildEither(second parts: [MicroscopePart]) -> [MicroscopePart] { parts }
}
