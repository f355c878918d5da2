import Pickle
import Pyro
import Threads

/// The numbers from 0, and then an end or an error.
final class Counter: ItemSource {
    private let position = Monitor(0)
    private let end: Int
    private let fails: Bool

    init(upTo end: Int, fails: Bool) {
        self.end = end
        self.fails = fails
    }

    func next() throws -> PythonValue? {
        let number = position.withLock { position in
            defer { position += 1 }
            return position
        }
        if number < end { return .int(number) }
        if fails { throw PythonException("ValueError", "stream failed") }
        return nil
    }
}
