//! plan_instance
use planner::regional::{RegionalProblem, RegionalOptions, solve};
use std::error::Error;
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("file")?;
    let t=std::time::Instant::now();
    let text = std::fs::read_to_string(path)?;
    let mut p = RegionalProblem::default();
    for (i, line) in text.lines().enumerate() {
        if i == 0 {
            for w in line.trim_start_matches('#').split_whitespace() {
                let (k, v) = w.split_once('=').ok_or("k=v")?;
                match k { "c_ram" => p.stock.push(v.parse()?), "patriot" => p.stock.push(v.parse()?), "lift" => p.lift = v.parse()?, _ => p.loss_per_move = v.parse()? }
            }
        } else if i == 1 {
            for h in line.split(',').skip(4) { let b = h.as_bytes(); p.units.push(vec![u32::from(b[6]-b'0'), u32::from(b[9]-b'0')]); }
        } else {
            let mut f = line.split(',');
            let mut n = || f.next().ok_or("short");
            p.region.push(n()?.parse()?); p.people.push(n()?.parse()?); p.capacity.push(n()?.parse()?); p.fewest.push(n()?.parse()?);
            for _ in 0..p.units.len() { p.loss.push(n()?.parse()?); }
        }
    }
    p.validate()?;
    eprintln!("read {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let mut o = RegionalOptions::default();
    if let Some(n) = std::env::args().nth(2) { o.nodes = n.parse()?; }
    let s = solve(&p, &o)?;
    println!("value {:.9} bound {:.9} gap {:.3e} nodes {} {:?}", s.checked.value_high, s.checked.bound, (s.checked.value_high-s.checked.bound)/s.checked.value_high, s.nodes, t.elapsed());
    Ok(())
}
