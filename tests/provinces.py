"""A made-up province as a folder of CSV files."""

from pathlib import Path

_UNITS = """\
code,name,short_name,level,parent,valid_from,valid_to,successor,aliases
H99,Tỉnh Mẫu,Mẫu,province,,,,,
H99.01,Sở Thử Nghiệm,Sở TN,department,H99,,,,Sở Thử nghiệm tỉnh
H99.02,Sở Ví Dụ và Minh Họa,Sở VD&MH,department,H99,,,,
H99.03,Sở Giả Định,Sở GĐ,department,H99,,,,
H99.31,Huyện Đầu,Huyện Đầu,district,H99,,,,UBND huyện Đầu
H99.32,Huyện Cuối,Huyện Cuối,district,H99,,,,
"""
_PROCEDURES = """\
code,name,field,statutory_days,online_level,has_fee
1.990001,Thủ tục một ngày,Mẫu,1,toàn trình,false
1.990002,Thủ tục ba ngày,Mẫu,3,một phần,true
1.990003,Thủ tục năm ngày,Mẫu,5,,
1.990004,Thủ tục mười lăm ngày,Mẫu,15,,
1.990005,Thủ tục không hạn,Mẫu,,,
"""
_PUBLISHED = """\
period,as_of,unit,indicator,value,scale,document
2024-07,,H99.01,2.1,"55,5%",percent,mẫu
2024-07,,H99.02,2.1,"60%",percent,mẫu
2024-07,,H99.03,2.1,"70%",percent,mẫu
2024-07,,H99.31,TDGQ_pct,"62,25%",percent,mẫu
2024-07,,H99.32,TDGQ_pct,"75%",percent,mẫu
"""


def write_province(folder: Path) -> Path:
    """Six units with many late dossiers, so that a small world holds every cause."""
    folder.mkdir(parents=True)
    for name, text in (
        ("units.csv", _UNITS),
        ("procedures.csv", _PROCEDURES),
        ("published.csv", _PUBLISHED),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder
