"""How lines that are not the article begin, in the languages that news is written in; and what their class names say.

Written from knowledge of the languages, not taken from pages. A phrase counts only at the beginning of a short line; who
drops the line decides by what else is known of it (`lines`, `features`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["KINDS", "LABEL_KINDS", "label_kinds", "line_kind"]

_PHRASES: dict[str, str] = {
    # an invitation to another article
    "more": """
        read more|read also|read next|read now|also read|more on this|more on|more from|more about|more:|see also|see more|related:|related story|related stories|
        related article|related articles|related coverage|related content|related topics|related posts|related links|related reading|related news|
        you may also like|you might also like|you may also be interested|you might be interested|don't miss|don’t miss|must read|up next|next article|next story|previous article|
        watch:|watch more|watch now|listen:|listen to|click here|continue reading|keep reading|find out more|learn more|view more|view all|show more|load more|go deeper|
        further reading|recommended reading|recommended for you|read the full|full story|in case you missed|editor's pick|editor’s pick|what to read next|explore more|dig deeper|
        weiterlesen|mehr lesen|mehr zum thema|mehr dazu|mehr zu|mehr:|mehr aus|mehr von|lesen sie auch|lesen sie hier|lesen sie mehr|lesen sie dazu|lies auch|lesetipp|auch interessant|
        das könnte sie auch|das könnte dich auch|passend dazu|siehe auch|zum thema|weitere artikel|weitere themen|weitere informationen|weitere nachrichten|ähnliche artikel|verwandte artikel|verwandte themen|
        hintergrund:|video:|videos:|podcast:|hier geht es|hier lesen|empfehlung der redaktion|empfohlener redaktioneller inhalt|empfohlener externer inhalt|nächster artikel|vorheriger artikel|
        lire aussi|lire la suite|à lire aussi|à lire|a lire aussi|a lire|voir aussi|à voir aussi|lire également|en savoir plus|pour aller plus loin|sur le même sujet|sur le même thème|notre dossier|>> lire|>> a lire|
        lea también|lea más|leer más|leer también|lee también|le puede interesar|te puede interesar|también te puede interesar|puede leer|ver más|ver también|más información|más sobre|más noticias|noticias relacionadas|sigue leyendo|seguir leyendo|no te pierdas|
        leggi anche|leggi di più|leggi tutto|leggi l'articolo|per approfondire|approfondisci|potrebbe interessarti|ti potrebbe interessare|vedi anche|guarda anche|articoli correlati|continua a leggere|
        leia também|leia mais|leia ainda|veja também|veja mais|saiba mais|confira também|continue lendo|notícias relacionadas|você pode gostar|relacionadas|
        lees ook|lees meer|lees verder|lees hier|bekijk ook|meer over|meer nieuws|zie ook|gerelateerd|
        läs också|läs mer|läs även|läs vidare|mer om|se också|relaterat|les også|les mer|se også|mer fra|læs også|læs mere|relaterede|lue myös|lue lisää|katso myös|aiheesta lisää|
        czytaj także|czytaj też|czytaj więcej|czytaj dalej|przeczytaj także|przeczytaj też|przeczytaj również|zobacz także|zobacz też|zobacz również|zobacz więcej|więcej o|polecamy|
        čtěte také|čtěte dále|čtěte i|přečtěte si|číst dále|více k tématu|související|mohlo by vás zajímat|čítajte aj|prečítajte si|súvisiace|viac k téme|
        olvassa el|olvasson tovább|kapcsolódó cikk|kapcsolódó|ajánljuk|citește și|citește mai mult|citiți și|vezi și|articole similare|articolul următor|
        devamını oku|ayrıca bakın|bunu da oku|ilgili haber|ilgili haberler|i̇lgili haber|sıradaki haber|haberin devamı|
        читайте также|читать далее|читать также|читайте в|смотрите также|подробнее|по теме|материалы по теме|ещё по теме|еще по теме|также по теме|
        читайте також|читати далі|читайте ще|дивіться також|детальніше|за темою|читайте още|прочетете още|вижте още|още по темата|
        διαβάστε επίσης|διαβάστε ακόμα|διαβάστε περισσότερα|δείτε επίσης|δείτε ακόμα|σχετικά άρθρα|
        pročitajte i|pročitajte još|pogledajte i|čitajte još|više o|povezane vijesti|povezani članci|preberite tudi|preberite več|
        baca juga|baca selengkapnya|lihat juga|artikel terkait|simak juga|xem thêm|đọc thêm|tin liên quan|bài liên quan|
        阅读更多|阅读全文|延伸阅读|延伸閱讀|相关阅读|相關閱讀|相关新闻|相關新聞|相关报道|相關報導|相关链接|推荐阅读|推薦閱讀|更多新闻|更多新聞|更多内容|更多內容|点击查看|點擊查看|查看更多|上一篇|下一篇|猜你喜欢|看更多|
        関連記事|あわせて読みたい|合わせて読みたい|続きを読む|もっと見る|こちらもおすすめ|次の記事|前の記事|【関連|関連:|
        관련기사|관련 기사|더보기|더 보기|이전 기사|다음 기사|함께 보면|
        اقرأ أيضا|اقرأ أيضًا|إقرأ أيضا|إقرأ أيضاً|اقرأ المزيد|إقرأ المزيد|شاهد أيضا|مواضيع ذات صلة|أخبار متعلقة|قد يهمك|المزيد|קראו עוד|קרא עוד|ראו גם|כתבות נוספות|
        यह भी पढ़ें|ये भी पढ़ें|और पढ़ें|इसे भी पढ़ें|संबंधित खबर|আরও পড়ুন|আরো পড়ুন|மேலும் படிக்க|یہ بھی پڑھیں|مزید پڑھیں|بیشتر بخوانید|مطالب مرتبط""",
    # letters and subscriptions
    "newsletter": """
        sign up|subscribe|newsletter|get our newsletter|get the newsletter|get the latest|get the best|get breaking|get daily|get more|join our|join the|stay informed|stay up to date|stay updated|enter your email|your email|
        email address|download our app|download the app|get the app|become a member|become a subscriber|support our|support us|donate|already a subscriber|already a member|try for free|start your|unlock|subscribe now|
        register|create an account|create a free|log in|sign in|to continue reading|this article is for subscribers|for subscribers only|premium content|
        jetzt anmelden|jetzt newsletter|jetzt unseren newsletter|den newsletter|hier anmelden|zum newsletter|newsletter abonnieren|jetzt abonnieren|abonnieren|abonnieren sie|melden sie sich|mit dem newsletter|jetzt registrieren|anmelden|einloggen|jetzt testen|jetzt lesen|jetzt kostenlos|kostenlos registrieren|
        diesen artikel lesen|sie sind bereits abonnent|bereits abonnent|mit einem abo|unser newsletter|
        inscrivez-vous|s'inscrire|s’inscrire|abonnez-vous|s'abonner|s’abonner|je m'abonne|je m’abonne|recevez|recevoir|déjà abonné|se connecter|connectez-vous|article réservé|cet article est réservé|lettre d'information|la newsletter|
        suscríbete|suscríbase|suscribirse|suscripción|boletín|recibe|regístrate|regístrese|inicia sesión|iniciar sesión|apúntate|únete|
        iscriviti|abbonati|registrati|accedi|ricevi|newsletter|articolo riservato|assine|inscreva-se|cadastre-se|receba|faça login|faça seu login|entre no|siga o canal|
        meld je aan|schrijf je in|abonneer|word abonnee|word lid|inloggen|ontvang|prenumerera|bli prenumerant|logga in|registrera|abonner|logg inn|meld deg på|tilmeld dig|log ind|bliv abonnent|tilaa|kirjaudu|
        zapisz się|zaloguj się|zarejestruj|subskrybuj|odbierz|przihlaste|přihlaste|přihlásit|odebírat|předplatné|předplaťte|prihláste|odoberajte|iratkozzon|feliratkozás|előfizet|abonează|abonați|înscrie|
        abone ol|üye ol|giriş yap|bültene|подпишитесь|подписаться|подписывайтесь|подписка|войти|зарегистрироваться|підпишіться|підписатися|підписуйтесь|абонирайте|εγγραφείτε|γίνετε|συνδεθείτε|pretplati|prijavite se|
        daftar|berlangganan|masuk|đăng ký|đăng nhập|订阅|訂閱|登录|登錄|登入|注册|註冊|關注我們|关注我们|会員登録|ログイン|無料登録|メルマガ|この記事は有料|有料会員|구독|로그인|회원가입|اشترك|سجل|تسجيل الدخول|הירשמו|הצטרפו|सब्सक्राइब|सदस्यता""",
    # share and follow
    "share": """
        share|share this|share on|tweet|tweet this|retweet|facebook|twitter|whatsapp|linkedin|pinterest|reddit|telegram|email this|email|e-mail|print|print this|copy link|copy url|link copied|follow us|follow on|follow |like us|send|save|bookmark|add to|gift this|
        listen to this article|listen to article|play audio|text size|font size|
        teilen|artikel teilen|auf facebook|per e-mail|drucken|artikel drucken|merken|artikel merken|folgen sie|folge uns|link kopieren|kopieren|vorlesen|artikel vorlesen|schrift|versenden|weiterleiten|senden|
        partager|partagez|envoyer|imprimer|suivez|suivre|copier le lien|enregistrer|écouter|compartir|comparte|compartilhar|compartilhe|enviar|imprimir|síguenos|síguenos en|siga|copiar enlace|copiar link|guardar|escuchar|
        condividi|segui|seguici|stampa|invia|salva|ascolta|delen|deel|deel dit|volg ons|afdrukken|dela|dela artikeln|skriv ut|del|del artikkel|del artiklen|følg|følg oss|jaa|tulosta|udostępnij|podziel się|drukuj|obserwuj|sdílet|sdílejte|tisknout|zdieľať|
        megosztás|megosztom|nyomtatás|distribuie|trimite|tipărește|paylaş|yazdır|takip et|поделиться|поделитесь|распечатать|поширити|поділитися|роздрукувати|сподели|κοινοποίηση|μοιραστείτε|εκτύπωση|podijeli|podeli|deli|ispis|
        bagikan|cetak|ikuti|chia sẻ|分享|分享到|打印|列印|收藏|扫一扫|掃一掃|微信|微博|字号|字體|シェア|ツイート|印刷|フォロー|공유|공유하기|인쇄|스크랩|مشاركة|شارك|طباعة|تابعنا|شاركها|שתפו|שתף|הדפסה|शेयर|शेयर करें|फॉलो""",
    "ad": """
        advertisement|advertising|advertise|ad|ads|adverts|sponsored|sponsored content|promoted|paid content|paid post|article continues below|story continues below|story continues|continue reading below|scroll to continue|skip advertisement|skip ad|remove ads|partner content|affiliate|
        anzeige|werbung|advertorial|gesponsert|publicité|publicite|la suite après|annonce|contenu sponsorisé|publicidad|anuncio|patrocinado|continúa|pubblicità|annuncio|contenuto sponsorizzato|publicidade|continua depois da publicidade|patrocinados|conteúdo patrocinado|
        advertentie|gesponsord|annons|reklame|annonse|mainos|reklama|reklam|reklamă|hirdetés|publicitate|реклама|на правах рекламы|διαφήμιση|oglas|oglašavanje|iklan|quảng cáo|广告|廣告|広告|스폰서|광고|إعلان|اعلان|פרסומת|विज्ञापन|তথ্য বিজ্ঞাপন""",
    "consent": """
        we use cookies|this site uses cookies|this website uses cookies|cookie policy|cookie settings|cookie notice|cookie consent|cookies policy|accept all|accept cookies|reject all|manage cookies|manage consent|privacy policy|privacy settings|privacy notice|your privacy|by continuing|by clicking|by signing up|by subscribing|by submitting|terms of|terms and|terms &|
        this content is hosted|to view this content|please enable|enable javascript|javascript is|your browser|
        wir verwenden cookies|diese website verwendet|datenschutzerklärung|datenschutzeinstellungen|alle akzeptieren|mit dem klick|zur anzeige|an dieser stelle|ich bin damit einverstanden|externer inhalt|externen inhalt|bitte aktivieren|
        nous utilisons des cookies|en cliquant|en poursuivant|politique de confidentialité|ce contenu|tout accepter|utilizamos cookies|usamos cookies|al hacer clic|al continuar|política de privacidad|aceptar|este contenido|
        utilizziamo i cookie|questo sito|informativa|accetta|utilizamos|ao clicar|ao continuar|aceitar|wij gebruiken cookies|deze website|privacybeleid|akkoord|vi använder cookies|vi bruker|vi bruger|godkänn|hyväksy|
        używamy plików|ta strona|akceptuję|polityka prywatności|tento web|používáme cookies|souhlasím|ez a weboldal|elfogad|acest site|çerez|мы используем|политика конфиденциальности|согласие|ми використовуємо|χρησιμοποιούμε|ovaj sajt|koristimo kolačiće|
        我们使用|我們使用|隐私政策|隱私政策|本网站|本サイト|プライバシー|クッキー|쿠키|개인정보|نستخدم ملفات|سياسة الخصوصية""",
    # headings of lists of other things
    "list": """
        most popular|most read|most viewed|most shared|most commented|most recent|popular|popular now|popular stories|popular posts|trending|trending now|top stories|top news|top picks|latest|latest news|latest stories|latest articles|latest posts|latest headlines|recent posts|recent articles|recent news|
        recommended|recommended articles|recommended stories|more news|more stories|more articles|more headlines|other news|other stories|editors' picks|editors’ picks|editor's picks|editor’s picks|featured|featured stories|around the web|from the web|you may like|promoted stories|today's top|today’s top|in other news|news in brief|
        topics|tags|tagged|tags:|topics:|filed under|categories|category|keywords|key words|sections|about the author|about author|author bio|author|authors|comments|comment|leave a comment|leave a reply|post a comment|join the conversation|show comments|view comments|add comment|discussion|your comment|responses|
        meistgelesen|meist gelesen|am meisten gelesen|die meistgelesenen|beliebt|top-themen|topthemen|themen|aktuelle themen|schlagworte|schlagwörter|stichworte|neueste artikel|neueste|aktuelles|aktuell|nachrichten|top-news|empfehlungen|empfohlen|unsere empfehlungen|aus dem ressort|kommentare|kommentar schreiben|kommentar verfassen|schreiben sie einen kommentar|über den autor|zur person|zum autor|zur startseite|
        les plus lus|les plus populaires|à la une|a la une|dernières actualités|dernières nouvelles|derniers articles|sujets|mots-clés|tendances|commentaires|laisser un commentaire|à propos de l'auteur|sur le même|
        lo más leído|más leídas|más leído|lo más visto|lo más|últimas noticias|última hora|tendencias|temas|etiquetas|comentarios|deja un comentario|destacados|sobre el autor|
        più letti|i più letti|le più lette|ultime notizie|tendenze|argomenti|commenti|lascia un commento|mais lidas|mais lidos|mais vistas|últimas notícias|tópicos|assuntos|comentários|deixe um comentário|deixe uma resposta|
        meest gelezen|populair|laatste nieuws|onderwerpen|reacties|mest lästa|mest läst|senaste nytt|ämnen|kommentarer|mest lest|siste nytt|emner|mest læste|seneste nyt|luetuimmat|uusimmat|aiheet|kommentit|
        najczęściej czytane|popularne|najnowsze|tematy|tagi|komentarze|nejčtenější|nejnovější|témata|štítky|komentáře|diskuse|najčítanejšie|legolvasottabb|legfrissebb|címkék|hozzászólások|cele mai citite|ultimele știri|etichete|comentarii|
        en çok okunan|son dakika|son haberler|etiketler|yorumlar|самое читаемое|популярное|последние новости|новости по теме|теги|метки|темы|комментарии|найпопулярніше|останні новини|теги:|коментарі|най-четени|последни новини|δημοφιλή|τελευταία νέα|ετικέτες|σχόλια|
        najčitanije|najnovije|tagovi|komentari|oznake|terpopuler|berita terbaru|komentar|tin mới|bình luận|热门|熱門|热点|熱點|最新消息|最新文章|最新新聞|排行|标签|標籤|关键词|關鍵字|關鍵詞|评论|評論|留言|网友评论|人気記事|ランキング|アクセスランキング|最新記事|新着記事|キーワード|コメント|많이 본|인기|최신|댓글|태그|
        الأكثر قراءة|الاكثر قراءة|آخر الأخبار|أحدث الأخبار|تعليقات|التعليقات|הנקראות ביותר|תגובות|टॉप|ट्रेंडिंग|ताजा खबर|लेटेस्ट|टैग|कमेंट""",
    "top": """
        to top|back to top|go to top|scroll to top|return to top|top of page|up|close|menu|search|home|skip to|jump to|next|previous|prev|cancel|loading|nach oben|zum seitenanfang|schließen|suche|startseite|zurück|haut de page|retour en haut|fermer|rechercher|accueil|retour|
        volver arriba|ir arriba|cerrar|buscar|inicio|torna su|torna all'inizio|chiudi|cerca|voltar ao topo|fechar|início|naar boven|sluiten|zoeken|till toppen|stäng|til toppen|lukk|luk|takaisin ylös|sulje|do góry|zamknij|szukaj|nahoru|zavřít|hledat|vissza a tetejére|bezárás|sus|închide|
        başa dön|yukarı|kapat|ara|наверх|вверх|закрыть|поиск|главная|вгору|закрити|пошук|πίσω στην|κλείσιμο|αναζήτηση|na vrh|zatvori|kembali ke atas|tutup|lên đầu|返回顶部|回到顶部|回到頂部|返回首页|返回|关闭|關閉|首页|首頁|トップへ|ページトップ|閉じる|検索|ホーム|맨위로|닫기|홈|العودة|إغلاق|بحث|חזרה|סגור""",
    "rights": """
        ©|copyright|(c)|all rights reserved|© copyright|this article was originally|this story was originally|this article originally|republish|reprinted|this material may not|alle rechte|tous droits|todos los derechos|tutti i diritti|riproduzione riservata|todos os direitos|alle rechten|alla rättigheter|
        wszelkie prawa|wszystkie prawa|všechna práva|minden jog|toate drepturile|tüm hakları|все права|всі права|με επιφύλαξη|sva prava|hak cipta|bản quyền|版权|版權|著作權|无断|無断|禁止转载|未经授权|责任编辑|責任編輯|【责任|（责任|(责任|责编|編集|著作権|저작권|무단|ⓒ|جميع الحقوق|כל הזכויות""",
    # who and when
    "meta": """
        by |posted by|posted on|posted|posted in|published|published on|published at|published by|updated|last updated|last modified|first published|written by|story by|reported by|reporting by|edited by|editing by|reviewed by|medically reviewed|fact checked|author:|editor:|date:|time:|source:|sources:|via |min read|reading time|read time|views:|
        von |veröffentlicht|erstellt|aktualisiert|zuletzt aktualisiert|stand:|lesezeit|lesedauer|quelle:|quellen:|autor:|autorin:|ein artikel von|text:|par |publié|publié le|mis à jour|modifié|temps de lecture|source :|auteur|por |publicado|actualizado|actualización|fuente:|tiempo de lectura|redacción|
        di |pubblicato|aggiornato|fonte:|tempo di lettura|atualizado|publicada|publicação|tempo de leitura|door |gepubliceerd|bijgewerkt|laatst gewijzigd|bron:|leestijd|av |publicerad|uppdaterad|källa|publisert|oppdatert|kilde|offentliggjort|opdateret|julkaistu|päivitetty|lähde|
        opublikowano|aktualizacja|data publikacji|źródło|autor|publikováno|aktualizováno|zdroj|zverejnené|közzétéve|frissítve|forrás|publicat|actualizat|sursa|yayınlanma|güncelleme|güncellenme|kaynak|опубликовано|обновлено|источник|автор:|дата|опубліковано|оновлено|джерело|публикувано|δημοσιεύτηκε|ενημερώθηκε|πηγή|
        objavljeno|ažurirano|izvor|diterbitkan|sumber|nguồn|来源|來源|作者|编辑|編輯|记者|記者|发布时间|發布時間|发表时间|更新时间|更新時間|时间|阅读|閱讀|字数|公開日|更新日|投稿日|配信|文:|文／|기자|입력|수정|승인|등록|نشر|تم النشر|آخر تحديث|المصدر|بقلم|פורסם|עודכן|מאת|प्रकाशित|अपडेटेड|द्वारा""",
    "photo": """
        photo|photos|photo:|photo by|photograph|image|image:|image by|images|image credit|picture:|pictured|credit:|credits:|getty images|getty|reuters|ap photo|afp|shutterstock|istock|file photo|courtesy|caption|view image|view gallery|enlarge|gallery|slideshow|screenshot|illustration|graphic|
        foto|fotos|foto:|bild|bild:|bildrechte|bildquelle|bildnachweis|grafik|symbolbild|archivbild|quelle: dpa|© dpa|photo :|crédit|crédits|image d'illustration|imagen|fotografía|crédito|foto de|imagem|immagine|foto di|foto van|beeld|bilde|billede|kuva|kuva:|zdjęcie|fot.|snímek|kép|fotó|fotoğraf|
        фото|фото:|иллюстрация|світлина|снимка|φωτογραφία|fotografija|hình|ảnh|图片|圖片|图源|圖源|图为|圖為|图:|图：|圖：|写真|撮影|画像|사진|صورة|الصورة|צילום|फोटो|तस्वीर""",
    # what stands under an article about itself
    "note": """
        editor's note|editor’s note|editors' note|editors’ note|correction:|correction|clarification:|update:|note:|disclaimer|disclosure|reporting by|additional reporting|with reporting|contributed to this|this article was|this article first|this article appeared|this story was|this story first|this story appeared|this post was|
        this essay|this piece|this column|this report was|originally published|a version of this|excerpted from|adapted from|translated by|contact |email us|write to|send |follow him|follow her|follow them|you can follow|got a tip|have a tip|do you have|get in touch|tell us|let us know|what do you think|share your|have you|want more|for more|to learn more|to read more|learn more about|visit |if you have|if you or someone|
        for confidential|call |the opinions expressed|the views expressed|opinions expressed|views expressed|the author|the writer|about this|we may earn|we independently|as an amazon|all products|when you buy|if you buy|prices are|associated press writer|associated press writers|ap writer|ap writers|afp contributed|reuters contributed|with files from|with agencies|with wire|
        mit material|mit agenturmaterial|mit informationen|quelle|transparenzhinweis|hinweis:|anmerkung|redaktioneller hinweis|dieser artikel|dieser text|dieser beitrag|haben sie|schreiben sie uns|mehr zum autor|der autor|die autorin|aus dem englischen|mitarbeit|korrektur|
        avec afp|avec reuters|cet article|note de la rédaction|con información de|este artículo|esta nota|nota de redacción|nota del editor|con agencias|questo articolo|con informações|esta matéria|este artigo|met medewerking|dit artikel|den här artikeln|denne artikkelen|artykuł|editörün notu|ред.|примечание|при перепечатке|с материалами|
        （完|（记者|（本报|（新华社|（作者|（编辑|本文来源|本文|免责声明|聲明|声明|記事は|この記事は|기사제보|저작권자""",
    "contents": """
        table of contents|contents|in this article|on this page|in this story|in this guide|what's inside|jump to section|key takeaways|quick links|inhaltsverzeichnis|inhalt|auf dieser seite|in diesem artikel|sommaire|dans cet article|índice|contenido|tabla de contenidos|en este artículo|indice|
        sommario|in questo articolo|sumário|neste artigo|inhoud|inhoudsopgave|innehåll|innhold|indhold|sisällys|spis treści|obsah|tartalom|cuprins|içindekiler|содержание|оглавление|зміст|περιεχόμενα|sadržaj|daftar isi|mục lục|目录|目錄|目次|목차|المحتويات|תוכן""",
}  # fmt: skip

KINDS: tuple[str, ...] = tuple(_PHRASES)
_NUMBER = {name: number for number, name in enumerate(KINDS, 1)}
_LEAD = re.compile(r"^[\W_]+")
_MAX_CHARS = 300


def _table() -> dict[str, dict[str, int]]:
    """Phrases by their first three characters, the longest first: one look-up instead of a thousand comparisons."""
    table: dict[str, dict[str, int]] = {}
    for kind, text in _PHRASES.items():
        for phrase in text.replace("\n", "").split("|"):
            words = " ".join(phrase.split()).casefold() + (" " if phrase.endswith(" ") else "")
            if words.strip():
                table.setdefault(words[:2], {}).setdefault(words, _NUMBER[kind])
    return {key: dict(sorted(found.items(), key=lambda item: -len(item[0]))) for key, found in table.items()}


_TABLE = _table()


@lru_cache(maxsize=2048)  # features and line filter ask for the same lines
def line_kind(text: str) -> tuple[int, float]:
    """What kind of furniture a line begins like: (1 + index in `KINDS` or 0, share of the line that the phrase takes).

    A phrase of letters must end where a word ends (except in scripts without spaces).
    """
    if len(text) > _MAX_CHARS:
        return 0, 0.0
    line = text.casefold()
    if line[:1] not in {"©", "("}:
        line = _LEAD.sub("", line)
    for phrase, number in (*_TABLE.get(line[:2], {}).items(), *_TABLE.get(line[:1], {}).items()):
        if line.startswith(phrase):
            after = line[len(phrase) : len(phrase) + 1]
            if not after or not (after.isalnum() and phrase[-1].isalpha() and phrase[-1] < "\u0e00"):
                return number, min(1.0, len(phrase) / max(1, len(line)))
    return 0, 0.0


# Words of class names and ids, and pairs of neighbours ("read-more"), as publishers and their systems write them.
_LABELS: dict[str, str] = {
    "lead": """
        lead lede dek deck standfirst subtitle subhead subheadline subheading chapo chapeau intro vorspann anriss teasertext summary excerpt abstract description
        entradilla bajada copete subtitulo sommario occhiello ingress resumen spot perex preamble sapo introtext leadtext articlelead strapline tagline
        stand-first sub-title sub-headline teaser-text lead-text intro-text lead-paragraph""",
    "caption": """
        caption captions credit credits legend bildunterschrift bildtext figure fig figcaption photo photos foto image images img picture imgtxt gallery galleries piefoto didascalia leyenda
        lightbox slideshow carousel media video videos audio player podcast photocredit imagecaption wp-caption""",
    "related": """
        related relatedarticles relatedlinks relatedcontent relatedposts relatednews relatedstories recommend recommended recommendation recommendations popular mostpopular trending mostread
        meistgelesen readmore readnext readalso similar suggest suggested suggestions suggestion teaser teasers promo promos recirc recirculation outbrain taboola latest sidebar widget widgets rail
        seealso linkbox linklist correlati relacionadas relacionados relacionada verwandt weitere articlelist carousel upnext morenews morestories aside listing archive feed
        most-read most-popular more-from more-on more-news more-stories more-articles read-more read-next read-also also-like also-read up-next see-also side-bar link-list link-box article-list post-list
        related-articles next-article""",
    "promo": """
        newsletter newsletters nl subscribe subscription subscriptions subscriber signup abo paywall piano offer offers cta banner banners advert adverts advertisement advertising advertorial ad ads adslot dfp gpt
        sponsor sponsored sponsors affiliate affiliates donate donation membership register registration login signin modal popup overlay consent cookie cookies gdpr privacy werbung anzeige anzeigen publicidad
        publicite pubblicita reklama marketing promotion promotions adsense sign-up call-to-action log-in ad-container ad-slot""",
    "bio": """
        author authors byline bylines bio autor autoren autore auteur auteurs writer writers journalist journalists contributor contributors verfasser profile signature authorbox authorbio about-author
        author-bio author-box author-info post-author""",
    "meta": """
        meta metadata date dates datetime time timestamp publish published pubdate posted breadcrumb breadcrumbs tag tags taglist topic topics category categories keyword keywords rubrik kicker eyebrow overline
        dachzeile toolbar tools share sharing shares sharebar social socials print follow actions action entry-meta post-meta section-name read-time""",
    "embed": """
        tweet twitter instagram facebook tiktok embed embeds embedded youtube oembed bluesky pullquote infobox factbox sidebox keytakeaways takeaways takeaway iframe quote-box pull-quote info-box fact-box
        social-embed at-a key-takeaways key-points""",
    "note": """
        disclaimer disclosure footnote footnotes endnote endnotes correction corrections source sources outro postscript references reference cite citation editor-note editors-note article-footer entry-footer
        post-footer after-content after-article article-bottom article-end""",
    "comment": """
        comment comments commenting commentlist disqus respond reply replies discussion discussions kommentar kommentare comentario comentarios commento commenti commentaires forum reader readers responses
        opinions usercomments""",
    "furniture": """
        nav navigation navbar menu menus submenu subnav footer foot header masthead topbar search skip copyright legal imprint sitemap pagination pager site language languages toc accordion faq faqs
        dropdown tooltip hidden visually sr screenreader offcanvas drawer hamburger mega megamenu bottom topnav globalnav utility table-of site-header site-footer page-header""",
    "body": """
        articlebody storybody articletext articlecontent storycontent entrycontent postcontent postbody bodytext bodycopy maincontent richtext wysiwyg prose paragraph paragraphs textbody contentbody pagecontent cuerpo
        contenuto corpo texto artikeltext inhalt haupttext markup text body content copy article story entry post main core rte article-body article-text article-content story-body story-text story-content
        entry-content post-content post-body body-text body-content body-copy main-content rich-text text-body content-body page-content single-content field-body available-content""",
}  # fmt: skip

LABEL_KINDS: tuple[str, ...] = tuple(_LABELS)
_LABEL_BITS: dict[str, int] = {}
for _bit, _words in enumerate(_LABELS.values()):
    for _word in _words.split():
        _LABEL_BITS[_word] = _LABEL_BITS.get(_word, 0) | 1 << _bit
_FIRST_OF_PAIR = frozenset(word.partition("-")[0] for word in _LABEL_BITS if "-" in word)


def label_kinds(words: Sequence[str]) -> int:
    """Which of `LABEL_KINDS` the words of an element's class names and ids say: one bit each."""
    bits = 0
    previous = ""
    for word in words:
        bits |= _LABEL_BITS.get(word, 0)
        if previous in _FIRST_OF_PAIR:
            bits |= _LABEL_BITS.get(f"{previous}-{word}", 0)
        previous = word
    return bits
