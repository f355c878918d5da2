internal import Devices
internal import Pickle

/// The lock of a device: the name that its holder has given, and since when.
public struct LeaseStatus: Sendable, Equatable {
    public var owner: String
    /// In seconds since 1970.
    public var since: Double
}

extension LeaseStatus {
    init?(_ fields: inout StatusFields) {
        let (owner, since): (String?, Double?) = (fields.take("locked_by"), fields.take("locked_since"))
        guard let owner, let since else { return nil }
        self.init(owner: owner, since: since)
    }
}

extension PythonDictionary {
    mutating func append(_ lease: LeaseStatus?) {
        guard let lease else { return }
        self["locked_by"] = .str(lease.owner)
        self["locked_since"] = .float(lease.since)
    }
}
