/// The coefficients that make a sum of known terms come nearest to measured values, by weighted least squares.
struct LeastSquares {
    private let count: Int
    private var matrix: [Double]
    private var right: [Double]

    /// - Parameter count: of the terms.
    init(terms count: Int) {
        self.count = count
        matrix = [Double](repeating: 0, count: count * count)
        right = [Double](repeating: 0, count: count)
    }

    /// Adds a measurement.
    mutating func add(_ terms: [Double], _ value: Double, weight: Double) {
        for row in 0..<count {
            let term = terms[row] * weight
            right[row] += term * value
            for column in 0...row { matrix[row * count + column] += term * terms[column] }
        }
    }

    /// The coefficients (by Cholesky's decomposition); nil if the measurements do not tell them all.
    func solution() -> [Double]? {
        var lower = matrix
        let largest = (0..<count).map { matrix[$0 * count + $0] }.max() ?? 0
        for column in 0..<count {
            for row in column..<count {
                var sum = lower[row * count + column]
                for index in 0..<column { sum -= lower[row * count + index] * lower[column * count + index] }
                if row == column {
                    guard sum > 1e-10 * largest, sum.isFinite else { return nil }
                    lower[row * count + row] = sum.squareRoot()
                } else {
                    lower[row * count + column] = sum / lower[column * count + column]
                }
            }
        }
        return substituted(lower)
    }

    private func substituted(_ lower: [Double]) -> [Double] {
        var result = right
        for row in 0..<count {
            for index in 0..<row { result[row] -= lower[row * count + index] * result[index] }
            result[row] /= lower[row * count + row]
        }
        for row in (0..<count).reversed() {
            for index in row + 1..<count { result[row] -= lower[index * count + row] * result[index] }
            result[row] /= lower[row * count + row]
        }
        return result
    }
}
