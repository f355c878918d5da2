internal import Threads

/// A floating device that a definition needs: which one, and among which candidates it is to be found.
public struct FloatingPart: Sendable {
    public let uid: String
    public let candidates: Candidates

    public init(uid: String, candidates: Candidates) {
        self.uid = uid
        self.candidates = candidates
    }
}

/// Takes down the floating devices that a driver's options name while these are decoded.
///
/// A decoder carries it under ``CodingUserInfoKey/floatingParts``.
public final class FloatingParts: Sendable {
    private let parts = Lock<[FloatingPart]>([])

    public init() {}

    public var all: [FloatingPart] { parts.withLock { $0 } }

    func append(contentsOf new: [FloatingPart]) { parts.withLock { $0 += new } }
}

extension CodingUserInfoKey {
    /// Under which a decoder carries the ``FloatingParts``.
    // The name is not empty, so the key is made.
    public static let floatingParts = CodingUserInfoKey(rawValue: "floatingParts")!
}
