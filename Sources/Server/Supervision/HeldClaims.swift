internal import Devices
internal import Threads

/// The floating devices that a worker has opened and that are not devices yet.
final class HeldClaims: Sendable {
    private let claims = Lock<[any FloatingClaim]>([])

    func keep(_ claim: any FloatingClaim) { claims.withLock { $0.append(claim) } }

    func take(_ uid: String) -> (any FloatingClaim)? {
        claims.withLock { claims in
            claims.firstIndex { $0.uid == uid }.map { claims.remove(at: $0) }
        }
    }

    func releaseAll() {
        let all = claims.withLock { claims in
            defer { claims.removeAll() }
            return claims
        }
        for claim in all { claim.release() }
    }
}
