import Devices
import Pickle
import Platform

/// A sensor that drops twelve readings before the first one is read, and then one before each further one.
final class FloodedSensor: ValueLogger {
    var isEnabled = false
    let source = Source()

    var typeName: String { "FloodedSensor" }
    let sensorCount = 1
    var values: [Double] { [0] }
    var dataSource: any DataSource { source }
    func abort() {}

    final class Source: DataSource {
        struct State {
            var asked = 0
            var lost = 0
            var isInterrupted = false
        }

        let state = Lock(State())

        var lost: Int { state.withLock(\.lost) }
        func interrupt() { state.update { $0.isInterrupted = true } }

        func next(within limit: Duration) -> Datum? {
            let isOver = state.update { state in
                state.asked += 1
                if state.asked <= 3 { state.lost += state.asked == 1 ? 12 : 1 }
                return state.asked > 3
            }
            guard isOver else { return Datum(.list([.float(0)]), at: 0) }
            let _: Bool? = state.wait(within: limit) { $0.isInterrupted ? true : nil }
            return nil
        }
    }
}
