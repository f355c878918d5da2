internal import Synchronization

/// The memory that the subscribers of a device may hold together.
///
/// Each may hold as much as is left: one alone half of it, two a third each. So a subscriber that holds much loses frames
/// first, one that gives nothing back leaves as much as it has to those who come later, and the sum stays below the
/// limit, but for a single frame each.
final class FrameBudget: Sendable {
    let limit: Int
    private let taken = Atomic(0)

    init(_ limit: Int) { self.limit = limit }

    /// The bytes that subscribers hold; a frame counts for each of them.
    var held: Int { taken.load(ordering: .relaxed) }

    /// Takes memory for a subscriber that holds some already; false if it may not have more.
    func take(_ bytes: Int, holding own: Int) -> Bool {
        let before = taken.add(bytes, ordering: .relaxed).oldValue
        guard own > 0, own + bytes > limit - before else { return true }
        giveBack(bytes)
        return false
    }

    func giveBack(_ bytes: Int) { taken.add(-bytes, ordering: .relaxed) }
}
