/// Gathers the devices of a group.
@resultBuilder
public enum DeviceBuilder {
    public static func buildExpression(_ device: DeviceDefinition) -> [DeviceDefinition] { [device] }
    public static func buildExpression(_ devices: [DeviceDefinition]) -> [DeviceDefinition] { devices }
    public static func buildBlock(_ groups: [DeviceDefinition]...) -> [DeviceDefinition] { groups.flatMap(\.self) }
    public static func buildArray(_ groups: [[DeviceDefinition]]) -> [DeviceDefinition] { groups.flatMap(\.self) }
    public static func buildOptional(_ group: [DeviceDefinition]?) -> [DeviceDefinition] { group ?? [] }
    public static func buildEither(first group: [DeviceDefinition]) -> [DeviceDefinition] { group }
    public static func buildEither(second group: [DeviceDefinition]) -> [DeviceDefinition] { group }
}
