import Devices

/// A mirror that keeps the patterns that it was given.
final class ScriptedMirror: DeformableMirror {
    var isEnabled = false
    let actuatorCount = 3
    var patternQueue = PatternQueue()
    var applied: [[Double]] = []
    var triggerType = TriggerType.software
    let triggerMode = TriggerMode.once

    func setTrigger(_ type: TriggerType, _ mode: TriggerMode) { triggerType = type }
    func performApply(_ pattern: [Double]) { applied.append(pattern) }
}
