internal import Devices
internal import Pickle

/// The main things that can be done with a device, of each kind, and some that cannot.
extension SessionClient {
    /// All that follows, with the device and all on its wire.
    public func tour() {
        if isA((any Device).self) { settings() }
        if isA((any LightSource).self) { light() }
        if isA((any FilterWheel).self) { wheel() }
        if isA((any Stage).self) { stage() }
        if isA((any StageAxis).self) { axis() }
        if isA((any DigitalIO).self) { digitalLines() }
        for part in parts { part.tour() }
        if isA((any Device).self) { inUse() }
    }

    /// Reads all settings, and writes to each that can be written what it is already.
    private func settings() {
        guard let all = call("get_all_settings") else { return }
        call("update_settings", all, true)
    }

    /// Enables and disables it, with a look at its settings in between.
    private func inUse() {
        call("enable")
        call("get_is_enabled")
        call("get_all_settings")
        call("disable")
        call("get_is_enabled")
    }

    private func light() {
        call("get_status")
        set("power", to: 0.5)
        call("get_set_power")
        call("enable")
        call("get_is_on")
        get("power")
        set("power", to: 0.25)
        call("get_status")
        call("trigger")
        call("disable")
        get("power")
        for type in TriggerType.allCases {
            call("set_trigger", type.python, TriggerMode.bulb.python)
            get("trigger_type")
        }
    }

    private func wheel() {
        let count = get("n_positions").flatMap(Int.init(python:)) ?? 0
        get("position")
        for position in [count - 1, 0, count] {
            set("position", to: .int(position))
            get("position")
        }
    }

    private func stage() {
        call("may_move_on_enable")
        call("enable")
        get("limits")
        guard let place = get("position") else { return }
        call("move_by", .dict(["nowhere": 1]))
        call("move_to", place)
    }

    private func axis() {
        get("limits")
        get("position")
        call("move_by", 1000.0)
        get("position")
        call("move_to", 1e9)
        get("position")
        call("move_by", -1000.0)
        get("position")
    }

    private func digitalLines() {
        let count = call("get_num_lines").flatMap(Int.init(python:)) ?? 0
        call("read_all_lines")
        for line in [0, count - 1, count] { call("write_line", .int(line), true) }
        call("read_all_lines")
    }
}
