public import Devices
internal import Platform

/// A check of the filters at the positions of a wheel, by asking a person who looks at it.
///
/// It needs a wheel that is open and disabled, and puts it back where it was found.
public struct FilterOrder {
    private let wheel: any FilterWheel
    private let names: [String]

    /// - Parameter names: the filters at the positions from 0 on.
    public init(_ names: [String], in wheel: any FilterWheel) { (self.names, self.wheel) = (names, wheel) }

    /// Expects each filter to be seen at its position.
    ///
    /// - Parameter see: asks the person who looks at the wheel a question; returns whether the answer is yes.
    public func findings(
        patience: Duration = .seconds(30),
        until interruption: Interruption? = nil,
        see: @escaping (String) throws -> Bool
    ) -> Findings {
        Trial.findings(on: wheel, patience, until: interruption) { trial in try tryIt(trial, see) }
    }

    private func tryIt(_ trial: Trial, _ see: (String) throws -> Bool) throws {
        if names.count > wheel.positionCount {
            trial.violate("there are \(names.count) filters for \(wheel.positionCount) positions")
        }
        for (position, name) in names.enumerated() where position < wheel.positionCount {
            try wheel.move(to: position).wait()
            if try !see("is '\(name)' in the light path (position \(position))?") {
                trial.violate("'\(name)' is not seen at position \(position)")
            }
        }
    }
}
