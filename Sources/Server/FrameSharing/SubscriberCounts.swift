internal import Pickle

/// Numbers of data that a subscriber did not get, by the place where they were lost.
struct PlacesOfLoss: Sendable, Equatable {
    enum Place: Int, CaseIterable {
        case camera, sdk, server, network, client, process
    }

    private var numbers = [Int](repeating: 0, count: Place.allCases.count)

    subscript(place: Place) -> Int {
        get { numbers[place.rawValue] }
        set { numbers[place.rawValue] = newValue }
    }

    /// In the order of the places.
    var all: [Int] { numbers }
    var total: Int { numbers.reduce(0, +) }

    var value: PythonValue {
        .dict(PythonDictionary(Place.allCases.map { (.str("\($0)"), .int(self[$0])) }))
    }
}

/// The counts of one subscriber since it came.
struct SubscriberCounts: Sendable, Equatable {
    var sent = 0
    var lost = PlacesOfLoss()
    /// Frames that a live view did not want, because it was busy.
    var skipped = 0
    /// Slots given back that it did not have.
    var refused = 0
}
