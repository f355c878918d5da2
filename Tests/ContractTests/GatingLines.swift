import Devices

/// Digital lines to which somebody's lasers are wired.
final class GatingLines: DigitalIO, LightGate {
    var isEnabled = false
    let lineCount = 2
    let dataSource: any DataSource = Mailbox()
    /// How often a line has become high.
    private(set) var raised = 0
    private var levels = [false, false]

    func performDisable() { levels = [false, false] }
    func abort() {}
    func isOutput(_: Int) -> Bool { true }
    func level(of line: Int) -> Bool { levels[line] }

    func setOutput(_: Int, _ isOutput: Bool) throws {
        guard isOutput else { throw DeviceError(.unsupported, "outputs only") }
    }

    func setLevel(of line: Int, _ level: Bool) {
        if level, !levels[line] { raised += 1 }
        levels[line] = level
    }
}
