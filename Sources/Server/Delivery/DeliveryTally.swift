internal import Synchronization

/// How many data a device has sent to its clients and how many they lost, since it was opened.
final class DeliveryTally: Sendable {
    private let sentCount = Atomic(0)
    private let lostCount = Atomic(0)

    var sent: Int { sentCount.load(ordering: .relaxed) }
    var lost: Int { lostCount.load(ordering: .relaxed) }

    func addSent() { sentCount.add(1, ordering: .relaxed) }
    func addLost(_ count: Int) { lostCount.add(count, ordering: .relaxed) }
}
