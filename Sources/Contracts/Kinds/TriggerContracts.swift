internal import Devices
internal import Pickle

/// The contracts of every device with triggers.
enum TriggerContracts {
    static let all = [
        Contract.members(
            of: (any TriggerTarget).self,
            "a device with triggers",
            methods: ["set_trigger", "trigger"],
            attributes: ["trigger_mode", "trigger_type"]
        ),
        Contract("a device has the trigger that was set, or refuses it and keeps its own", hasWhatWasSet),
        Contract("a device refuses software triggers while another trigger is set", refusesOtherTriggers),
        Contract("a device refuses invalid triggers", refusesWhatIsNoTrigger),
    ]

    private static func hasWhatWasSet(device: any TriggerTarget, trial: Trial) throws {
        for (type, mode) in combinations {
            let (typeBefore, modeBefore) = (try device.triggerType, try device.triggerMode)
            let wasSet: Bool
            do {
                try trial.client.call("set_trigger", type.python, mode.python)
                wasSet = true
            } catch let error as DeviceError where error.kind == .unsupported { wasSet = false }
            let what = "after set_trigger(\(type), \(mode))" + (wasSet ? "" : ", which was refused")
            trial.expect("trigger_type \(what)", try device.triggerType, is: wasSet ? type : typeBefore)
            trial.expect("trigger_mode \(what)", try device.triggerMode, is: wasSet ? mode : modeBefore)
        }
    }

    private static var combinations: [(TriggerType, TriggerMode)] {
        TriggerType.allCases.flatMap { type in TriggerMode.allCases.map { (type, $0) } }
    }

    private static func refusesOtherTriggers(device: any TriggerTarget, trial: Trial) throws {
        var isTried = false
        for (type, mode) in combinations where type != .software {
            do { try device.setTrigger(type, mode) } catch let error as DeviceError where error.kind == .unsupported {
                continue
            }
            isTried = true
            trial.expect("trigger() with trigger type \(type)", isRefusedBy: .device(.incompatibleState)) {
                try trial.client.call("trigger")
            }
        }
        if !isTried { throw NotTried("it has software triggers only") }
    }

    private static func refusesWhatIsNoTrigger(device: any TriggerTarget, trial: Trial) throws {
        let (type, mode) = (try device.triggerType, try device.triggerMode)
        trial.expect("set_trigger('a', 'b')", isRefusedBy: .type, .value) {
            try trial.client.call("set_trigger", "a", "b")
        }
        trial.expect("trigger_type after what was refused", try device.triggerType, is: type)
        trial.expect("trigger_mode after what was refused", try device.triggerMode, is: mode)
    }
}
