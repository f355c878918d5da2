public import Server

/// Several devices that one process serves at one port, each opened by its own definition.
///
/// It suits devices that share a cable, or that are too small for a process each. A crash of one device ends the process
/// for all of them.
public struct DeviceGroup: Sendable {
    let draft: GroupDraft

    /// - Parameters:
    ///   - name: the group's name in logs; by default the first device's name.
    ///   - port: the TCP port; with 0 the kernel chooses one.
    ///   - host: the name or address to listen at; by default the microscope's.
    ///   - socket: the path of a Unix socket, instead of port and host.
    ///   - pyro: changes the microscope's options for this group.
    ///   - devices: the devices, without ports of their own.
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
        draft = GroupDraft(
            name: name,
            devices: devices().map(\.draft),
            endpoint: EndpointDraft(port: port, host: host, socket: socket, pyro: pyro),
            place: Place(file: file, line: line)
        )
    }
}

/// The builder of a group's devices.
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
