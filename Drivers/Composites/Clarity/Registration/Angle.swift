internal import Glibc

enum Angle {
    /// Of a direction, from the x axis.
    static func degrees(_ y: Double, _ x: Double) -> Double { atan2(y, x) * 180 / .pi }
}
