internal import Synchronization

/// The lines of a simulated digital I/O, which change from the client's side and by themselves.
final class Lines: Sendable {
    struct Line {
        var isOutput = true
        var isHigh = false
    }

    private let lines: Mutex<[Line]>

    init(count: Int) { lines = Mutex(Array(repeating: Line(), count: count)) }

    subscript(line: Int) -> Line { lines.withLock { $0[line] } }

    func update(_ line: Int, _ change: (inout Line) -> Void) { lines.withLock { change(&$0[line]) } }
}
