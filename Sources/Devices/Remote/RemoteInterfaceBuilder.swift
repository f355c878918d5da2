/// Gathers rows, and whole tables of rows, into one table.
@resultBuilder
public enum RemoteInterfaceBuilder {
    public static func buildExpression(_ member: some RemoteMember) -> [any RemoteMember] { [member] }
    public static func buildExpression(_ members: [any RemoteMember]) -> [any RemoteMember] { members }
    public static func buildBlock(_ groups: [any RemoteMember]...) -> [any RemoteMember] { groups.flatMap(\.self) }
    public static func buildArray(_ groups: [[any RemoteMember]]) -> [any RemoteMember] { groups.flatMap(\.self) }
    public static func buildOptional(_ group: [any RemoteMember]?) -> [any RemoteMember] { group ?? [] }
}
