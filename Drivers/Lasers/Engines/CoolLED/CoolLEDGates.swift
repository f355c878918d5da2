internal import Threads

/// Which channels of a CoolLED are to wait for their inputs when they are enabled.
///
/// The box itself knows of no channel that is not selected whether it is to be on when it is.
final class CoolLEDGates: Sendable {
    private let gated = Monitor<Set<Character>>([])

    subscript(letter: Character) -> Bool {
        get { gated.withLock { $0.contains(letter) } }
        set {
            gated.withLock { gated in
                if newValue { gated.insert(letter) } else { gated.remove(letter) }
            }
        }
    }
}
