public import Server

/// Several devices that one process serves at one port, each opened by its own definition.
///
/// That suits devices that are so light that a process for each is a waste. When one of them brings the process down,
/// the others go with it.
public struct DeviceGroup: Sendable {
    let part: MicroscopePart

    /// - Parameters:
    ///   - name: what logs call the group; the first device's name unless given.
    ///   - port: the TCP port, 0 for one that the kernel chooses.
    ///   - host: the name or address to listen at; the microscope's unless given.
    ///   - socket: the path of a Unix socket, in place of port and host.
    ///   - pyro: changes the microscope's options for this group.
    ///   - devices: the devices, without places of their own.
    public init(
        _ name: String? = nil,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line,
        @DeviceBuilder devices: () -> [DeviceDefinition]
    ) {
        part = MicroscopePart(
            draft: DefinitionDraft(
                name: name,
                devices: devices().map(\.draft),
                host: host,
                port: port,
                socket: socket,
                pyro: pyro,
                place: Place(file: file, line: line)
            )
        )
    }
}

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
