public import Pickle

/// The settings of one device, in the order in which its driver lists them.
public struct SettingList {
    private let settings: [Setting]
    /// Called for settings that could not be read when all were requested.
    private let report: (String) -> Void

    public init(_ settings: [Setting], report: @escaping (String) -> Void = { _ in }) {
        self.settings = settings
        self.report = report
    }

    public var names: [String] { settings.map(\.name) }

    public func find(_ name: String) throws -> Setting {
        guard let setting = settings.first(where: { $0.name == name }) else { throw SettingError.unknown(name) }
        return setting
    }

    /// The setting that a client names; anything else is unknown.
    private func find(_ name: PythonValue) throws -> Setting {
        switch name {
        case .str(let name): return try find(name)
        case .list, .dict, .set, .bytearray, .array: throw RemoteError.type("unhashable type: '\(name.typeName)'")
        default: throw RemoteError.noKey(name)
        }
    }

    /// Sets a value; a choice may be given by its key or its label.
    public func set(_ name: String, to value: PythonValue) throws {
        let setting = try find(name)
        try setting.set(try setting.key(for: value))
    }

    /// All values by name, with `None` for values that cannot be read at the moment.
    public func all() -> PythonDictionary { values(of: settings) }

    /// Sets the values that differ, in the order of the list, all of them or none.
    ///
    /// Values for settings that are read-only at the moment, or that the device lacks, are ignored: clients send back
    /// whole dictionaries. Everything is checked before anything is written; if the device then refuses a value, the
    /// settings already written get their old values back.
    ///
    /// - Parameter isComplete: whether a value for every setting is required, and all are written.
    /// - Returns: the names of the settings that were written, with the values read back.
    public func update(_ incoming: PythonDictionary, isComplete: Bool) throws -> PythonDictionary {
        if isComplete {
            let missing = settings.map(\.name).filter { incoming[.str($0)] == nil }
            guard missing.isEmpty else { throw SettingError.missing(missing) }
        }
        var failures: [Failure] = []
        defer { log(failures) }
        let changes = try settings.compactMap { setting in
            try incoming[.str(setting.name)].flatMap {
                try change(of: setting, to: $0, always: isComplete, &failures)
            }
        }
        try write(changes)
        return values(of: changes.map(\.setting))
    }

    private func values(of settings: [Setting]) -> PythonDictionary {
        var failures: [Failure] = []
        let values = PythonDictionary(settings.map { (.str($0.name), read($0, &failures)) })
        log(failures)
        return values
    }

    private typealias Failure = (name: String, error: any Error)

    /// The value, or `None` if it cannot be read at the moment.
    private func read(_ setting: Setting, _ failures: inout [Failure]) -> PythonValue {
        do { return try setting.get() } catch {
            // A setting without a value in the present state is normal.
            if (error as? DeviceError)?.kind != .incompatibleState { failures.append((setting.name, error)) }
            return .none
        }
    }

    /// Logs in one line what could not be read: a device that is lost fails for all of its settings.
    private func log(_ failures: [Failure]) {
        guard let first = failures.first else { return }
        let names = failures.map(\.name).joined(separator: ", ")
        report(
            failures.count == 1
                ? "setting '\(names)' could not be read: \(first.error)"
                : "\(failures.count) settings could not be read: \(names); the first: \(first.error)"
        )
    }

    private typealias Change = (setting: Setting, old: PythonValue, new: Setting.PendingChange)

    /// The change to write, or nil if there is nothing to do.
    private func change(
        of setting: Setting,
        to value: PythonValue,
        always: Bool,
        _ failures: inout [Failure]
    ) throws -> Change? {
        guard !setting.isReadOnly else { return nil }
        let old = read(setting, &failures)
        if old == value {
            // None means a value that could not be read, or was never written; there is nothing to go back to.
            return always && value != .none ? (setting, old, try setting.restoring(old)) : nil
        }
        let change = try setting.change(to: value)
        return always || change.value != old ? (setting, old, change) : nil
    }

    private func write(_ changes: [Change]) throws {
        var written: [Change] = []
        do {
            for change in changes {
                try change.setting.apply(change.new)
                written.append(change)
            }
        } catch {
            written.reversed().forEach(putBack)
            throw error
        }
    }

    private func putBack(_ change: Change) {
        do { try change.setting.apply(try change.setting.restoring(change.old)) } catch {
            report("setting '\(change.setting.name)' could not be put back: \(error)")
        }
    }

    /// The notes of settings that were set, a call for each, since any of them may be set again alone.
    private func notes(_ pairs: [[PythonValue]]) -> [RestoreNote] {
        pairs.filter { pair in settings.contains { .str($0.name) == pair.first && $0.isRestored } }
            .map { .restore(RestoredCall(.call, "set_setting", $0, key: $0.first)) }
    }

    /// The name and the value of each setting that an update has changed.
    private static func pairs(_ incoming: PythonValue?, changedIn result: PythonValue) -> [[PythonValue]] {
        guard case .dict(let incoming)? = incoming, case .dict(let changed) = result else { return [] }
        return changed.pairs.compactMap { name, _ in incoming[name].map { [name, $0] } }
    }

    /// The rows for the settings of a device, which clients reach by name only.
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        RemoteMethod("get_setting", "name") { (name: PythonValue) in try find(name).get() }
        RemoteMethod("set_setting", "name", "value", restored: .notes { call, _ in notes([call.arguments]) }) {
            (name: PythonValue, value: PythonValue) in
            try find(name).set(value)
        }
        RemoteMethod("describe_setting", "name") { (name: PythonValue) in try find(name).describe() }
        RemoteMethod("describe_settings") {
            PythonValue.list(try settings.map { .tuple([.str($0.name), try $0.describe()]) })
        }
        RemoteMethod("get_all_settings") { PythonValue.dict(all()) }
        // The data devices of python-microscope have another name for the first argument.
        RemoteMethod(
            "update_settings",
            Parameter("incoming", or: "settings"),
            Parameter("init", default: false),
            restored: .notes { call, changed in notes(Self.pairs(call.arguments.first, changedIn: changed)) }
        ) { (incoming: PythonDictionary, isComplete: Bool) in
            PythonValue.dict(try update(incoming, isComplete: isComplete))
        }
        // In the metadata of every device of python-microscope; its arguments, functions, cannot be sent.
        RemoteMethod(
            "add_setting",
            any: { _ in
                throw RemoteError.notImplemented("settings are added by drivers, not by clients")
            }
        )
    }
}
