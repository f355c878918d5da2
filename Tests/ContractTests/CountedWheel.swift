import Devices

/// A filter wheel that counts its moves.
final class CountedWheel: FilterWheel {
    var isEnabled = false
    let positionCount = 3
    private(set) var position = 0
    let isMoving = false
    private(set) var moves = 0
    private let onMove: () -> Void

    init(onMove: @escaping () -> Void = {}) { self.onMove = onMove }

    func startMove(to position: Int) {
        (self.position, moves) = (position, moves + 1)
        onMove()
    }
}
